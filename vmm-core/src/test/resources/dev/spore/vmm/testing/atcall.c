/*
 * Runs a program and interferes at one of the system calls by which it changes what lies below a
 * directory.
 *
 *   atcall REPORT DIR 0 count PROGRAM ARGUMENT...   only counts them
 *   atcall REPORT DIR N kill PROGRAM ARGUMENT...    kills it before the Nth (SIGKILL)
 *   atcall REPORT DIR N full PROGRAM ARGUMENT...    the Nth and all after it that need space fail
 *                                                   with ENOSPC and do nothing; the others are not
 *                                                   counted
 *
 * REPORT becomes one line for each call that was counted: its name and the file. Exits as the
 * program does, with 137 if it was killed and with 126 if it cannot be traced.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_TRACE 126
#define NONE (-1)

/* Where a call has the file it changes: an argument that is a path (after one that is a directory,
 * or NONE), or one that is a descriptor. */
struct call {
  int number;
  const char *name;
  int path;
  int directory;
  int descriptor;
  int needs_space;
};

static const struct call calls[] = {
    {SYS_open, "create", 0, NONE, NONE, 1},
    {SYS_openat, "create", 1, 0, NONE, 1},
    {SYS_mkdir, "mkdir", 0, NONE, NONE, 1},
    {SYS_mkdirat, "mkdir", 1, 0, NONE, 1},
    {SYS_rename, "rename", 0, NONE, NONE, 1},
    {SYS_renameat, "rename", 1, 0, NONE, 1},
    {SYS_renameat2, "rename", 1, 0, NONE, 1},
    {SYS_link, "link", 1, NONE, NONE, 1},
    {SYS_linkat, "link", 3, 2, NONE, 1},
    {SYS_symlink, "symlink", 1, NONE, NONE, 1},
    {SYS_symlinkat, "symlink", 2, 1, NONE, 1},
    {SYS_unlink, "unlink", 0, NONE, NONE, 0},
    {SYS_unlinkat, "unlink", 1, 0, NONE, 0},
    {SYS_rmdir, "rmdir", 0, NONE, NONE, 0},
    {SYS_chmod, "chmod", 0, NONE, NONE, 0},
    {SYS_fchmodat, "chmod", 1, 0, NONE, 0},
    {SYS_write, "write", NONE, NONE, 0, 1},
    {SYS_pwrite64, "write", NONE, NONE, 0, 1},
    {SYS_writev, "write", NONE, NONE, 0, 1},
    {SYS_pwritev, "write", NONE, NONE, 0, 1},
    {SYS_sendfile, "write", NONE, NONE, 0, 1},
    {SYS_copy_file_range, "write", NONE, NONE, 2, 1},
    {SYS_ftruncate, "truncate", NONE, NONE, 0, 1},
    {SYS_fallocate, "allocate", NONE, NONE, 0, 1},
    {SYS_ioctl, "clone", NONE, NONE, 0, 1},
    {SYS_fchmod, "chmod", NONE, NONE, 0, 0},
    {SYS_fsync, "sync", NONE, NONE, 0, 1},
    {SYS_fdatasync, "sync", NONE, NONE, 0, 1},
    {SYS_syncfs, "sync", NONE, NONE, 0, 1},
};

#define CALLS (sizeof calls / sizeof calls[0])

static FILE *report;
static const char *below;
static long at;
static int kill_it;
static int full;
static long counted;

static void give_up(const char *what) {
  fprintf(stderr, "atcall: %s: %s\n", what, strerror(errno));
  exit(CANNOT_TRACE);
}

/* The program's side: all other calls pass at full speed. */
static void trace_calls(void) {
  struct sock_filter filter[CALLS * 2 + 2];
  size_t length = 0;
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                  offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < CALLS; i++) {
    filter[length++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, 0, 1);
    filter[length++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | (uint32_t)i);
  }
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) give_up("PR_SET_SECCOMP");
}

static unsigned long long argument(const struct user_regs_struct *regs, int index) {
  switch (index) {
    case 0: return regs->rdi;
    case 1: return regs->rsi;
    case 2: return regs->rdx;
    default: return regs->r10;
  }
}

static void read_link(char *target, pid_t thread, const char *what) {
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/%s", thread, what);
  ssize_t length = readlink(link, target, PATH_MAX - 1);
  target[length < 0 ? 0 : length] = 0;
}

static void read_descriptor(char *target, pid_t thread, unsigned long long number) {
  char what[32];
  snprintf(what, sizeof what, "fd/%d", (int)number);
  read_link(target, thread, what);
}

/* A string of the program, up to the end of the page it ends in. */
static void read_string(char *target, size_t size, pid_t thread, unsigned long long address) {
  size_t done = 0;
  while (done < size - 1) {
    size_t step = 4096 - (address + done) % 4096;
    if (step > size - 1 - done) step = size - 1 - done;
    struct iovec local = {target + done, step};
    struct iovec remote = {(void *)(uintptr_t)(address + done), step};
    if (process_vm_readv(thread, &local, 1, &remote, 1, 0) != (ssize_t)step) break;
    if (memchr(target + done, 0, step) != NULL) return;
    done += step;
  }
  target[done] = 0;
}

static void changed_file(char *file, pid_t thread, const struct call *call,
                         const struct user_regs_struct *regs) {
  if (call->descriptor != NONE) {
    read_descriptor(file, thread, argument(regs, call->descriptor));
    return;
  }
  char path[PATH_MAX];
  read_string(path, sizeof path, thread, argument(regs, call->path));
  file[0] = 0;
  if (path[0] != '/') {
    if (call->directory == NONE || (int)argument(regs, call->directory) == AT_FDCWD)
      read_link(file, thread, "cwd");
    else
      read_descriptor(file, thread, argument(regs, call->directory));
    strncat(file, "/", PATH_MAX - strlen(file) - 1);
  }
  strncat(file, path, PATH_MAX - strlen(file) - 1);
}

static int is_change(const struct call *call, const struct user_regs_struct *regs) {
  if (call->number == SYS_open) return (regs->rsi & (O_CREAT | O_TRUNC)) != 0;
  if (call->number == SYS_openat) return (regs->rdx & (O_CREAT | O_TRUNC)) != 0;
  if (call->number == SYS_ioctl) return regs->rsi == FICLONE;
  return 1;
}

static void stopped_at_call(pid_t program, pid_t thread) {
  unsigned long index;
  struct user_regs_struct regs;
  char file[PATH_MAX];
  if (ptrace(PTRACE_GETEVENTMSG, thread, 0, &index) != 0 || index >= CALLS) return;
  const struct call *call = &calls[index];
  if (ptrace(PTRACE_GETREGS, thread, 0, &regs) != 0 || !is_change(call, &regs)) return;
  if (full && !call->needs_space) return;
  changed_file(file, thread, call, &regs);
  size_t length = strlen(below);
  if (strncmp(file, below, length) != 0 || (file[length] != '/' && file[length] != 0)) return;
  counted++;
  fprintf(report, "%s %s\n", call->name, file);
  if (kill_it && counted == at) kill(program, SIGKILL);
  if (full && counted >= at) {
    regs.orig_rax = (unsigned long long)-1;
    regs.rax = (unsigned long long)-ENOSPC;
    if (ptrace(PTRACE_SETREGS, thread, 0, &regs) != 0) give_up("PTRACE_SETREGS");
  }
}

/* Lets a thread go on from whatever it stopped for. */
static void go_on(pid_t program, pid_t thread, int status) {
  int signal = WSTOPSIG(status);
  int event = status >> 16;
  if (event == PTRACE_EVENT_SECCOMP) stopped_at_call(program, thread);
  int stop = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
  if (event == PTRACE_EVENT_STOP && stop)
    ptrace(PTRACE_LISTEN, thread, 0, 0);
  else
    ptrace(PTRACE_CONT, thread, 0, event != 0 ? 0 : signal);
}

static int follow(pid_t program) {
  for (;;) {
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0) give_up("waitpid");
    if (WIFSTOPPED(status)) {
      go_on(program, thread, status);
    } else if (thread == program) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
  }
}

int main(int argc, char **argv) {
  int gate[2];
  if (argc < 6 || pipe2(gate, O_CLOEXEC) != 0) give_up("usage");
  report = fopen(argv[1], "we");
  if (report == NULL) give_up(argv[1]);
  below = argv[2];
  at = atol(argv[3]);
  kill_it = strcmp(argv[4], "kill") == 0;
  full = strcmp(argv[4], "full") == 0;
  pid_t program = fork();
  if (program < 0) give_up("fork");
  if (program == 0) {
    char go;
    if (read(gate[0], &go, 1) != 1) _exit(CANNOT_TRACE);
    trace_calls();
    execvp(argv[5], argv + 5);
    give_up(argv[5]);
  }
  long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE |
                 PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
  if (ptrace(PTRACE_SEIZE, program, 0, options) != 0) give_up("PTRACE_SEIZE");
  if (write(gate[1], "", 1) != 1) give_up("write");
  int status = follow(program);
  if (fclose(report) != 0) give_up("report");
  return status;
}
