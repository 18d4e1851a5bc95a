package dev.spore.kvm;

/** Numbers of Linux system calls on x86-64 and of their flags, from the headers named. */
@CMacros(
    headers = {
      "sys/syscall.h",
      "fcntl.h",
      "sys/stat.h",
      "linux/fs.h",
      "sys/file.h",
      "linux/falloc.h",
      "sys/mman.h",
      "sys/eventfd.h",
      "signal.h",
      "poll.h",
      "asm/termbits.h",
      "asm/ioctls.h",
      "unistd.h"
    })
final class Sys {
  static final int SYS_openat = 257;
  static final int SYS_close = 3;
  static final int SYS_read = 0;
  static final int SYS_write = 1;
  static final int SYS_fstat = 5;
  static final int SYS_newfstatat = 262;
  static final int SYS_fsync = 74;
  static final int SYS_fdatasync = 75;
  static final int SYS_sync_file_range = 277;
  static final int SYS_syncfs = 306;
  static final int SYS_ioctl = 16;
  static final int SYS_mmap = 9;
  static final int SYS_munmap = 11;
  static final int SYS_mprotect = 10;
  static final int SYS_madvise = 28;
  static final int SYS_mincore = 27;
  static final int SYS_ftruncate = 77;
  static final int SYS_flock = 73;
  static final int SYS_fallocate = 285;
  static final int SYS_memfd_create = 319;
  static final int SYS_userfaultfd = 323;
  static final int SYS_eventfd2 = 290;
  static final int SYS_poll = 7;
  static final int SYS_gettid = 186;
  static final int SYS_getpid = 39;
  static final int SYS_tgkill = 234;
  static final int SYS_sched_setattr = 314;
  static final int SYS_sched_getattr = 315;
  static final int SYS_faccessat2 = 439;
  static final int SYS_geteuid = 107;
  static final int SYS_getegid = 108;
  static final int SYS_getgroups = 115;
  static final int AT_FDCWD = -100;
  static final int AT_EACCESS = 512;
  static final int AT_SYMLINK_NOFOLLOW = 256;
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_NOFOLLOW = 131072;
  static final int S_IFMT = 61440;
  static final int S_IFREG = 32768;
  static final int SYNC_FILE_RANGE_WRITE = 2;
  static final int FICLONE = 1074041865;
  static final int O_CLOEXEC = 0x80000;
  static final int O_NONBLOCK = 2048;
  static final int LOCK_SH = 1;
  static final int LOCK_EX = 2;
  static final int LOCK_NB = 4;
  static final int FALLOC_FL_KEEP_SIZE = 1;
  static final int FALLOC_FL_PUNCH_HOLE = 2;
  static final int PROT_NONE = 0;
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE = 2;
  static final int MAP_ANONYMOUS = 32;
  static final int MAP_NORESERVE = 16384;
  static final int MADV_HUGEPAGE = 14;
  static final int MADV_DONTNEED = 4;
  static final int MFD_CLOEXEC = 1;
  static final int EFD_CLOEXEC = 0x80000;
  static final int EFD_NONBLOCK = 2048;
  static final int POLLIN = 1;
  static final int POLLOUT = 4;
  static final int POLLERR = 8;
  static final int POLLHUP = 16;
  static final int POLLNVAL = 32;
  static final int TCGETS = 21505;
  static final int TCSETSW = 21507;
  static final int TIOCGWINSZ = 21523;
  static final int IGNBRK = 1;
  static final int BRKINT = 2;
  static final int PARMRK = 8;
  static final int ISTRIP = 32;
  static final int INLCR = 64;
  static final int IGNCR = 128;
  static final int ICRNL = 256;
  static final int IXON = 1024;
  static final int OPOST = 1;
  static final int ECHO = 8;
  static final int ECHONL = 64;
  static final int ICANON = 2;
  static final int ISIG = 1;
  static final int IEXTEN = 32768;
  static final int CSIZE = 48;
  static final int PARENB = 256;
  static final int CS8 = 48;
  static final int VMIN = 6;
  static final int VTIME = 5;
  static final int R_OK = 4;
  static final int W_OK = 2;
  static final int X_OK = 1;

  private Sys() {}
}
