#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "platform.h"
#include "user.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441 /* include/uapi/asm-generic/ioctls.h */
#endif

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum step { STEP_SESSION, STEP_USER, STEP_CWD, STEP_EXEC };

/* What the child needs, and where it leaves why it failed: it shares the agent's memory. */
struct child {
  const struct spec *spec;
  const struct identity *identity; /* NULL: stay root */
  const char *path;
  int fds[3];
  volatile enum step step;
  volatile int error;
};

/* libc's wrappers synchronise threads and cancellation, which a vfork child must not touch. */
static bool child_identity(const struct identity *identity) {
  return syscall(SYS_setgroups, identity->group_count, identity->groups) == 0 &&
         syscall(SYS_setresgid, identity->gid, identity->gid, identity->gid) == 0 &&
         syscall(SYS_setresuid, identity->uid, identity->uid, identity->uid) == 0;
}

/* execvp without its fallback to a shell: a file without a format is "not executable". */
static void child_exec(const struct child *child) {
  char file[LIMIT_CWD_BYTES];
  char *const *argv = child->spec->argv;
  if (strchr(argv[0], '/') || argv[0][0] == 0) {
    execve(argv[0], argv, child->spec->envp);
    return;
  }
  int error = ENOENT;
  size_t name_length = strlen(argv[0]);
  for (const char *at = child->path; at;) {
    const char *colon = strchr(at, ':');
    size_t length = colon ? (size_t)(colon - at) : strlen(at);
    if (length + 1 + name_length < sizeof file) {
      memcpy(file, at, length);
      if (length > 0) file[length++] = '/';
      memcpy(file + length, argv[0], name_length + 1);
      execve(file, argv, child->spec->envp);
      if (errno != ENOENT && errno != ENOTDIR) {
        error = errno;
        if (error != EACCES) break;
      }
    }
    at = colon ? colon + 1 : NULL;
  }
  errno = error;
}

static void child_steps(struct child *child) {
  sigset_t none;
  sigemptyset(&none);
  child->step = STEP_SESSION;
  if (syscall(SYS_setsid) < 0) return;
  if (child->spec->tty && ioctl(child->fds[0], TIOCSCTTY, 0) != 0) return;
  for (int i = 0; i < 3; i++)
    if (dup2(child->fds[i], i) < 0) return;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(uint64_t));
  if (child->identity) {
    child->step = STEP_USER;
    if (!child_identity(child->identity)) return;
  }
  child->step = STEP_CWD;
  if (strcmp(child->spec->cwd, "/") != 0 && chdir(child->spec->cwd) != 0) return;
  child->step = STEP_EXEC;
  child_exec(child);
}

static _Noreturn void child_main(struct child *child) {
  child_steps(child);
  child->error = errno;
  _exit(127);
}

static const char *find_env(const struct spec *spec, const char *name) {
  size_t length = strlen(name);
  for (uint32_t i = 0; i < spec->envc; i++)
    if (strncmp(spec->envp[i], name, length) == 0 && spec->envp[i][length] == '=')
      return spec->envp[i] + length + 1;
  return NULL;
}

/* The strings of variables that were not given; they live as long as the spawn. */
struct default_env {
  char home[sizeof "HOME=" + LIMIT_CWD_BYTES];
};

static void add_default_env(struct spec *spec, const struct identity *identity,
                            struct default_env *keep) {
  static char path[] = "PATH=" DEFAULT_PATH;
  static char term[] = "TERM=xterm-256color";
  uint32_t n = spec->envc;
  if (!find_env(spec, "PATH")) spec->envp[n++] = path;
  if (!find_env(spec, "HOME")) {
    snprintf(keep->home, sizeof keep->home, "HOME=%s", identity ? identity->home : "/root");
    spec->envp[n++] = keep->home;
  }
  if (spec->tty && !find_env(spec, "TERM")) spec->envp[n++] = term;
  spec->envp[n] = NULL;
  spec->envc = n;
}

static void close_all(const int *fds, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (fds[i] >= 0) close(fds[i]);
}

static int set_nonblocking(int fd) { return fcntl(fd, F_SETFL, O_NONBLOCK); }

static int open_pipes(const struct spec *spec, int null_fd, int child_fds[3],
                      struct spawned *out) {
  int p[2];
  child_fds[0] = null_fd;
  if (spec->wants_stdin) {
    if (pipe2(p, O_CLOEXEC) != 0) return -1;
    child_fds[0] = p[0];
    out->stdin_fd = p[1];
    if (set_nonblocking(out->stdin_fd) != 0) return -1;
  }
  if (pipe2(p, O_CLOEXEC) != 0) return -1;
  out->stdout_fd = p[0];
  child_fds[1] = p[1];
  if (pipe2(p, O_CLOEXEC) != 0) return -1;
  out->stderr_fd = p[0];
  child_fds[2] = p[1];
  return set_nonblocking(out->stdout_fd) || set_nonblocking(out->stderr_fd) ? -1 : 0;
}

static int open_terminal(const struct spec *spec, int child_fds[3], struct spawned *out) {
  struct winsize size = {.ws_row = spec->rows, .ws_col = spec->cols};
  int unlock = 0;
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (master < 0) return -1;
  out->stdin_fd = out->stdout_fd = master;
  if (ioctl(master, TIOCSPTLCK, &unlock) != 0 || ioctl(master, TIOCSWINSZ, &size) != 0) return -1;
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) return -1;
  child_fds[0] = child_fds[1] = child_fds[2] = slave;
  return 0;
}

static void close_child_ends(const struct spec *spec, int null_fd, const int child_fds[3]) {
  if (spec->tty) {
    close_all(child_fds, 1);
    return;
  }
  if (child_fds[0] != null_fd) close_all(child_fds, 1);
  close_all(child_fds + 1, 2);
}

static void close_agent_ends(const struct spec *spec, struct spawned *out) {
  if (spec->tty) {
    close_all(&out->stdout_fd, 1);
  } else {
    int fds[] = {out->stdin_fd, out->stdout_fd, out->stderr_fd};
    close_all(fds, 3);
  }
}

/* ENOENT for a file that exists means that its interpreter does not. */
static const char *missing_interpreter(const char *file, int error) {
  bool exists = error == ENOENT && file[0] == '/' && access(file, F_OK) == 0;
  return exists ? " (its interpreter or dynamic loader is missing)" : "";
}

static void describe(const struct child *child, struct spawn_failure *failure) {
  const struct spec *spec = child->spec;
  int error = child->error;
  failure->error = error;
  switch (child->step) {
    case STEP_SESSION:
      failure->kind = START_NO_RESOURCES;
      snprintf(failure->text, sizeof failure->text, "cannot set up the process: %s",
               strerror(error));
      break;
    case STEP_USER:
      failure->kind = START_BAD_USER;
      snprintf(failure->text, sizeof failure->text, "cannot become user '%s': %s", spec->user,
               strerror(error));
      break;
    case STEP_CWD:
      failure->kind = START_BAD_CWD;
      snprintf(failure->text, sizeof failure->text, "cannot enter working directory '%s': %s",
               spec->cwd, strerror(error));
      break;
    case STEP_EXEC:
      failure->kind =
          error == ENOENT || error == ENOTDIR ? START_NOT_FOUND : START_NOT_EXECUTABLE;
      snprintf(failure->text, sizeof failure->text, "cannot execute '%s': %s%s", spec->argv[0],
               strerror(error), missing_interpreter(spec->argv[0], error));
      break;
  }
}

/* struct clone_args of include/uapi/linux/sched.h, up to its third version. */
struct clone_arguments {
  uint64_t flags;
  uint64_t pidfd;
  uint64_t child_tid;
  uint64_t parent_tid;
  uint64_t exit_signal;
  uint64_t stack;
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};

#define CLONE3_VM 0x100ull
#define CLONE3_VFORK 0x4000ull
#define CLONE3_INTO_CGROUP 0x200000000ull
#define CLONE3_NUMBER 435

/* vfork into a control group. Not by syscall(2): the child runs on this very stack, and would
 * overwrite the address to which the parent returns from there. */
static __attribute__((noinline)) long vfork_into(struct child *child, int group) {
  struct clone_arguments arguments = {.flags = CLONE3_VM | CLONE3_VFORK | CLONE3_INTO_CGROUP,
                                      .exit_signal = SIGCHLD,
                                      .cgroup = (uint64_t)group};
  long result = CLONE3_NUMBER;
  __asm__ volatile("syscall"
                   : "+a"(result)
                   : "D"(&arguments), "S"(sizeof arguments)
                   : "rcx", "r11", "memory");
  if (result == 0) child_main(child);
  return result;
}

/* The child borrows the agent's memory and stack until it has run its program. */
static pid_t start(struct child *child) {
  int group = platform_exec_group();
  long in_group = group < 0 ? -ENODEV : vfork_into(child, group);
  if (in_group == -EAGAIN || in_group == -ENOMEM) {
    errno = (int)-in_group;
    return -1;
  }
  if (in_group > 0) return (pid_t)in_group;
  /* A group that the guest has made unusable: it is taken back when the processes are held. */
  pid_t pid = vfork();
  if (pid == 0) child_main(child);
  return pid;
}

static int spawn_as(struct spec *spec, const struct identity *identity, int null_fd,
                    struct spawned *out, struct spawn_failure *failure) {
  struct default_env env;
  add_default_env(spec, identity, &env);
  struct child child = {.spec = spec, .identity = identity, .path = find_env(spec, "PATH")};
  int fds[3] = {-1, -1, -1};
  int opened = spec->tty ? open_terminal(spec, fds, out) : open_pipes(spec, null_fd, fds, out);
  if (opened == 0) {
    memcpy(child.fds, fds, sizeof fds);
    out->pid = start(&child);
    if (out->pid < 0) opened = -1;
  }
  if (opened != 0) {
    child.step = STEP_SESSION;
    child.error = errno;
  }
  close_child_ends(spec, null_fd, fds);
  if (opened == 0 && child.error == 0) return 0;
  close_agent_ends(spec, out);
  describe(&child, failure);
  return -1;
}

int spawn(struct spec *spec, int null_fd, struct spawned *out, struct spawn_failure *failure) {
  *out = (struct spawned){-1, -1, -1, -1};
  *failure = (struct spawn_failure){START_BAD_USER, 0, ""};
  if (spec->user[0] == 0) return spawn_as(spec, NULL, null_fd, out, failure);
  struct identity *identity = malloc(sizeof *identity);
  if (!identity) {
    failure->kind = START_NO_RESOURCES;
    snprintf(failure->text, sizeof failure->text, "no memory to look up the user");
    return -1;
  }
  int result = user_lookup(spec->user, identity, failure->text, sizeof failure->text);
  if (result == 0) result = spawn_as(spec, identity, null_fd, out, failure);
  free(identity);
  return result;
}
