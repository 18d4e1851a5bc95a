#include <asm/proto.h>			/* entry_SYSCALL_64		*/
#include <asm/syscall.h>		/* do_syscall_64		*/
