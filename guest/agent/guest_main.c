/* The agent as PID 1 of a machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"
#include "cmdline.h"
#include "engine.h"
#include "vsock.h"

/* include/uapi/linux/random.h */
#define RND_ADD_ENTROPY 0x40085203
#define RND_RESEED_CRNG 0x5207

struct pool_seed {
  int bits;
  int bytes;
  uint8_t data[LIMIT_ENTROPY_BYTES];
};

static struct engine engine;
static struct boot_report report;

/* A process inside the guest must not command PID 1 through the vsock loopback. */
bool platform_peer_allowed(int fd) {
  struct vsock_address peer = {0};
  socklen_t length = sizeof peer;
  return getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && peer.family == AF_VSOCK &&
         peer.cid == VSOCK_CID_HOST;
}

void platform_set_clock(uint64_t wall_nanos) {
  struct timespec wall = {.tv_sec = (time_t)(wall_nanos / 1000000000u),
                          .tv_nsec = (long)(wall_nanos % 1000000000u)};
  if (clock_settime(CLOCK_REALTIME, &wall) != 0) boot_problem(&report, "set the clock", errno);
}

void platform_add_entropy(const uint8_t *bytes, size_t length) {
  struct pool_seed seed = {.bits = (int)length * 8, .bytes = (int)length};
  memcpy(seed.data, bytes, length);
  int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
  if (fd < 0 || ioctl(fd, RND_ADD_ENTROPY, &seed) != 0 || ioctl(fd, RND_RESEED_CRNG) != 0)
    boot_problem(&report, "seed the random number generator", errno);
  if (fd >= 0) close(fd);
  explicit_bzero(&seed, sizeof seed);
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
  engine_run(&engine, listen_fd, &report);
  die("the event loop failed");
}
