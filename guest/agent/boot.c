#include "boot.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "freeze.h"
#include "vsock.h"

#define LISTEN_BACKLOG 8

void boot_reserve_stdio(void) {
  int fd;
  do {
    fd = open("/", O_RDONLY | O_DIRECTORY);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

int boot_listen(void) {
  struct vsock_address address = {
      .family = AF_VSOCK, .port = AGENT_PORT, .cid = VSOCK_CID_ANY};
  int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
      listen(fd, LISTEN_BACKLOG) == 0)
    return fd;
  int cause = errno;
  close(fd);
  errno = cause;
  return -1;
}

void boot_problem(struct boot_report *report, const char *what, int error) {
  size_t used = strlen(report->problems);
  snprintf(report->problems + used, sizeof report->problems - used, "%s%s: %s",
           used > 0 ? "\n" : "", what, strerror(error));
}

int boot_mount(struct boot_report *report, const char *source, const char *target,
               const char *type, unsigned long flags, const char *data) {
  int result = mount(source, target, type, flags, data);
  if (result != 0 && errno == ENOENT && mkdir(target, 0755) == 0)
    result = mount(source, target, type, flags, data);
  if (result != 0) {
    int cause = errno;
    char what[128];
    snprintf(what, sizeof what, "mount %s on %s", type, target);
    boot_problem(report, what, cause);
    errno = cause;
  }
  return result;
}

void boot_mount_early(struct boot_report *report, char *cmdline, size_t cmdline_bytes) {
  ssize_t n = 0;
  boot_mount(report, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  boot_mount(report, "dev", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
  int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    n = read(fd, cmdline, cmdline_bytes - 1);
    close(fd);
  }
  if (n <= 0) boot_problem(report, "read /proc/cmdline", fd < 0 || n < 0 ? errno : EIO);
  cmdline[n > 0 ? n : 0] = 0;
}

static void loopback_up(struct boot_report *report) {
  struct ifreq request = {.ifr_name = "lo"};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  /* A kernel without IPv4 has no loopback to bring up. */
  if (fd < 0 && errno == EAFNOSUPPORT) return;
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0)
    boot_problem(report, "bring up the loopback interface", errno);
  if (fd >= 0) close(fd);
}

static void link_device(struct boot_report *report, const char *target, const char *path) {
  if (symlink(target, path) != 0 && errno != EEXIST) boot_problem(report, path, errno);
}

/* A directory that lies in memory already, where others have a file system mounted. */
static void memory_directory(struct boot_report *report, const char *path, mode_t mode) {
  /* mkdir() is subject to the umask and leaves a directory that exists as it is. */
  if ((mkdir(path, mode) != 0 && errno != EEXIST) || chmod(path, mode) != 0)
    boot_problem(report, path, errno);
}

void boot_prepare_execs(struct boot_report *report) {
  const unsigned long closed = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  boot_mount(report, "sys", "/sys", "sysfs", closed, NULL);
  boot_mount(report, "cgroup2", "/sys/fs/cgroup", "cgroup2", closed, NULL);
  freeze_prepare(report);
  boot_mount(report, "devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
             "mode=0620,gid=5,ptmxmode=0666");
  memory_directory(report, "/dev/shm", 01777);
  if (report->root == ROOT_INITRD) {
    memory_directory(report, "/run", 0755);
    memory_directory(report, "/tmp", 01777);
  } else {
    boot_mount(report, "run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
    boot_mount(report, "tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
  }
  link_device(report, "/proc/self/fd", "/dev/fd");
  link_device(report, "/proc/self/fd/0", "/dev/stdin");
  link_device(report, "/proc/self/fd/1", "/dev/stdout");
  link_device(report, "/proc/self/fd/2", "/dev/stderr");
  if (sethostname("spore", 5) != 0) boot_problem(report, "set the host name", errno);
  loopback_up(report);
}
