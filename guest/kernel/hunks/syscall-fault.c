/*
 * spore_syscall_fault: some hosts deliver SYSCALL to its entry point without leaving user mode,
 * so that the first instruction fetch faults. With this boot parameter such a fault is taken as
 * the system call it is. A program may also jump there by itself, with any R11: what it gets is
 * what SYSCALL would have given it, never more flags than POPF grants in user mode.
 */
static bool spore_syscall_fault __ro_after_init;

static int __init spore_syscall_fault_setup(char *unused)
{
	spore_syscall_fault = true;
	return 0;
}
early_param("spore_syscall_fault", spore_syscall_fault_setup);

static __always_inline bool spore_handle_syscall_fault(struct pt_regs *regs,
						       unsigned long error_code,
						       unsigned long address)
{
	const unsigned long fetch = X86_PF_PROT | X86_PF_USER | X86_PF_INSTR;
	const unsigned long flags = X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF |
				    X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_OF |
				    X86_EFLAGS_DF | X86_EFLAGS_TF;

	if (likely(!spore_syscall_fault) || error_code != fetch || !user_mode(regs) ||
	    regs->cs != __USER_CS || regs->ip != address ||
	    address != (unsigned long)entry_SYSCALL_64)
		return false;
	regs->ip = regs->cx;
	regs->flags = (regs->r11 & flags) | X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	regs->ss = __USER_DS;
	regs->orig_ax = regs->ax;
	regs->ax = -ENOSYS;
	do_syscall_64(regs, (int)regs->orig_ax);
	return true;
}

