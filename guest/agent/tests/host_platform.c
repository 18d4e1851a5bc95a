/*
 * The agent's engine as an ordinary process that serves a Unix socket: for tests only, never part of
 * the guest's agent. Usage: agent-on-host SOCKET
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../engine.h"

static struct engine engine;
static struct boot_report report;
static const char *socket_path;

bool platform_peer_allowed(int fd) { return fd >= 0; }

void platform_add_entropy(const uint8_t *bytes, size_t length) {
  (void)bytes;
  (void)length;
}

/* Beside the socket: what a guest would find in /run/spore. */
void platform_resume(const struct resume *resume, char *problems, size_t problems_bytes) {
  static char text[RESUME_TEXT_BYTES];
  char path[256];
  snprintf(path, sizeof path, "%s.resumed", socket_path);
  FILE *file = fopen(path, "w");
  if (!file) {
    snprintf(problems, problems_bytes, "cannot write %s", path);
    return;
  }
  fwrite(text, 1, resume_json(resume, text), file);
  fwrite(text, 1, resume_env(resume, text), file);
  fclose(file);
}

/* Beside the socket: "frozen" while processes are held; "stuck" if the test wants it to fail. */
static void beside(char *path, size_t bytes, const char *what) {
  snprintf(path, bytes, "%s.%s", socket_path, what);
}

/* What the clock would say is in "clock". */
void platform_set_clock(uint64_t boot_wall_nanos) {
  char path[256];
  beside(path, sizeof path, "clock");
  FILE *file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "%llu\n", (unsigned long long)(boot_wall_nanos + boottime_nanos()));
  fclose(file);
}

int platform_exec_group(void) { return -1; }

void platform_freeze(uint32_t wait_millis, char *problems, size_t problems_bytes) {
  char path[256];
  (void)wait_millis;
  beside(path, sizeof path, "stuck");
  if (access(path, F_OK) == 0) {
    snprintf(problems, problems_bytes, "a process did not stop in time");
    return;
  }
  beside(path, sizeof path, "frozen");
  FILE *file = fopen(path, "w");
  if (file) fclose(file);
}

void platform_thaw(void) {
  char path[256];
  beside(path, sizeof path, "frozen");
  unlink(path);
}

int platform_quiesce(uint32_t grace_millis) {
  (void)grace_millis;
  return 0;
}

void platform_halt(void) { exit(0); }

static int listen_on(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return listen(fd, 8) == 0 ? fd : -1;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: agent-on-host SOCKET [ROOT-ERROR]\n");
    return 2;
  }
  socket_path = argv[1];
  if (argc > 2) {
    report.root = ROOT_FAILED;
    snprintf(report.root_error, sizeof report.root_error, "%s", argv[2]);
  }
  /* Like PID 1: no signal is ignored, and orphans come here. */
  for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  report.init_nanos = report.listening_nanos = boottime_nanos();
  report.mounted_nanos = report.rootfs_nanos = boottime_nanos();
  int fd = listen_on(argv[1]);
  if (fd < 0 || chdir("/") != 0) {
    perror(argv[1]);
    return 1;
  }
  engine_run(&engine, fd, &report);
  perror("event loop");
  return 1;
}
