/* The agent as PID 1 of a machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "cmdline.h"
#include "engine.h"
#include "identity.h"
#include "vsock.h"

static struct engine engine;
static struct boot_report report;

/* A process inside the guest must not command PID 1 through the vsock loopback. */
bool platform_peer_allowed(int fd) {
  struct vsock_address peer = {0};
  socklen_t length = sizeof peer;
  return getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && peer.family == AF_VSOCK &&
         peer.cid == VSOCK_CID_HOST;
}

void platform_set_clock(uint64_t boot_wall_nanos) {
  int error = identity_set_clock(boot_wall_nanos);
  if (error != 0) boot_problem(&report, "set the clock", error);
}

void platform_add_entropy(const uint8_t *bytes, size_t length) {
  int error = identity_add_entropy(bytes, length);
  if (error != 0) boot_problem(&report, "seed the random number generator", error);
}

/* The kernel may have found no console for descriptor 2: /dev was not mounted then. */
static int console_fd(void) {
  int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
  return console < 0 ? STDERR_FILENO : console;
}

/* For whoever boots the image without vsock: says on the console when the port is open. */
static void announce(const char *cmdline) {
  char wanted[8];
  if (cmdline_option(cmdline, "spore.announce", wanted, sizeof wanted))
    dprintf(console_fd(), "spore agent: listening\n");
}

static _Noreturn void die(const char *what) {
  int cause = errno;
  dprintf(console_fd(), "spore agent: %s: %s\n", what, strerror(cause));
  power_reset();
}

int main(void) {
  static char cmdline[LIMIT_CMDLINE_BYTES];
  report.init_nanos = boottime_nanos();
  umask(022);
  boot_reserve_stdio();
  int listen_fd = boot_listen();
  int listen_error = errno;
  report.listening_nanos = boottime_nanos();
  boot_mount_early(&report, cmdline, sizeof cmdline);
  report.mounted_nanos = boottime_nanos();
  power_configure(cmdline);
  if (listen_fd < 0) {
    errno = listen_error;
    die("cannot listen on vsock");
  }
  rootfs_enter(&report, cmdline);
  report.rootfs_nanos = boottime_nanos();
  announce(cmdline);
  /* Before the host gets an answer: who is told that the machine is ready may save it at once. */
  boot_prepare_execs(&report);
  engine_run(&engine, listen_fd, &report);
  die("the event loop failed");
}
