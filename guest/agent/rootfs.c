/* The image as root: probed, mounted, covered by a tmpfs overlay unless it is to be written. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "cmdline.h"
#include "superblock.h"

#define BASE "/.spore"

static bool writable;

bool rootfs_is_writable(void) { return writable; }

static void fail(struct boot_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct boot_report *report, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(report->root_error, sizeof report->root_error, format, args);
  va_end(args);
  report->root = ROOT_FAILED;
}

static const char *probe(struct boot_report *report, const char *device) {
  uint8_t head[SUPERBLOCK_PROBE_BYTES];
  int fd = open(device, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);
  int cause = errno;
  if (fd >= 0) close(fd);
  if (n < 0) {
    fail(report, "cannot read the root image %s: %s", device, strerror(cause));
    return NULL;
  }
  const char *type = superblock_type(head, (size_t)n);
  if (!type)
    fail(report, "the root image %s is not an ext4, squashfs or erofs file system", device);
  return type;
}

static int make_directories(struct boot_report *report) {
  static const char *const paths[] = {BASE, BASE "/image", BASE "/rw", BASE "/root"};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    if (mkdir(paths[i], 0700) == 0 || errno == EEXIST) continue;
    fail(report, "cannot make %s in the initrd: %s", paths[i], strerror(errno));
    return -1;
  }
  return 0;
}

static int mount_image(struct boot_report *report, const char *device, const char *type,
                       bool rw) {
  /* A read-only ext4 must not replay its journal: it would write, or refuse a read-only disk. */
  const char *data = !rw && strcmp(type, "ext4") == 0 ? "noload" : NULL;
  if (mount(device, BASE "/image", type, rw ? 0 : MS_RDONLY, data) == 0) return 0;
  fail(report, "cannot mount the root image %s as %s%s: %s", device, type, rw ? " for writing" : "",
       errno == ENODEV ? "the guest kernel has no such file system" : strerror(errno));
  return -1;
}

static int mount_overlay(struct boot_report *report) {
  if (mount("rw", BASE "/rw", "tmpfs", 0, "mode=0755") != 0 ||
      mkdir(BASE "/rw/upper", 0755) != 0 || mkdir(BASE "/rw/work", 0755) != 0 ||
      mount("overlay", BASE "/root", "overlay", 0,
            "lowerdir=" BASE "/image,upperdir=" BASE "/rw/upper,workdir=" BASE "/rw/work") != 0) {
    fail(report, "cannot put a writable layer over the root image: %s", strerror(errno));
    return -1;
  }
  return 0;
}

static int switch_root(struct boot_report *report, const char *root) {
  if (chdir(root) == 0 && mount(".", "/", NULL, MS_MOVE, NULL) == 0 && chroot(".") == 0 &&
      chdir("/") == 0)
    return 0;
  fail(report, "cannot enter the root image: %s", strerror(errno));
  return -1;
}

static void enter(struct boot_report *report, const char *device, bool rw) {
  const char *type = probe(report, device);
  if (!type) return;
  snprintf(report->root_type, sizeof report->root_type, "%s", type);
  if (make_directories(report) != 0 || mount_image(report, device, type, rw) != 0) return;
  if (!rw && mount_overlay(report) != 0) return;
  if (switch_root(report, rw ? BASE "/image" : BASE "/root") != 0) return;
  boot_mount(report, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  boot_mount(report, "dev", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
  writable = rw;
  report->root = rw ? ROOT_WRITABLE : ROOT_OVERLAY;
}

void rootfs_enter(struct boot_report *report, const char *cmdline) {
  char device[128];
  char rw[2] = "0";
  if (!cmdline_option(cmdline, "spore.rootfs", device, sizeof device)) return;
  cmdline_option(cmdline, "spore.rootfs_rw", rw, sizeof rw);
  enter(report, device, rw[0] == '1');
}
