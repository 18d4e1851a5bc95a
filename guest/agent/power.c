/* Ending: processes first, then the disk, then the machine. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"
#include "cmdline.h"

#define KILL_WAIT_MILLIS 2000u

/* Whether the kernel has a port whose write the VMM takes for power off. */
static bool has_power_port;

void power_configure(const char *cmdline) {
  char port[16];
  has_power_port = cmdline_option(cmdline, "spore_poweroff", port, sizeof port);
}

/* Reaps until there is nobody left or the time is over. SIGCHLD is blocked. */
static void reap_until(uint64_t deadline_nanos) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  for (;;) {
    pid_t pid = waitpid(-1, NULL, WNOHANG);
    if (pid > 0) continue;
    uint64_t now = boottime_nanos();
    if (pid < 0 || now >= deadline_nanos) return;
    uint64_t left = deadline_nanos - now;
    struct timespec wait = {.tv_sec = (time_t)(left / 1000000000u),
                            .tv_nsec = (long)(left % 1000000000u)};
    sigtimedwait(&child, NULL, &wait);
  }
}

static void end_processes(uint32_t grace_millis) {
  if (grace_millis > 0 && kill(-1, SIGTERM) == 0) {
    kill(-1, SIGCONT);
    reap_until(boottime_nanos() + grace_millis * 1000000ull);
  }
  if (kill(-1, SIGKILL) == 0) reap_until(boottime_nanos() + KILL_WAIT_MILLIS * 1000000ull);
}

int platform_quiesce(uint32_t grace_millis) {
  end_processes(grace_millis);
  if (!rootfs_is_writable()) return 0;
  sync();
  return mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0 ? 0 : errno;
}

void platform_halt(void) {
  if (has_power_port) reboot(RB_POWER_OFF);
  power_reset();
}

void power_reset(void) {
  /* The kernel is booted with reboot=k: the VMM sees the keyboard controller's reset pulse. */
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}
