package dev.spore.kvm;

/** Structures of the Linux calls that are not KVM. */
final class HostLayout {
  @CStruct(header = "signal.h", type = "struct sigaction")
  static final class Sigaction {
    static final int SIZE = 152;

    @CField(value = "sa_handler", bytes = 8)
    static final int HANDLER = 0;

    @CField(value = "sa_flags", bytes = 4)
    static final int FLAGS = 136;

    private Sigaction() {}
  }

  @CStruct(header = "poll.h", type = "struct pollfd")
  static final class Pollfd {
    static final int SIZE = 8;

    @CField(bytes = 4)
    static final int FD = 0;

    @CField(bytes = 2)
    static final int EVENTS = 4;

    @CField(bytes = 2)
    static final int REVENTS = 6;

    private Pollfd() {}
  }

  @CStruct(header = "asm/termbits.h", type = "struct termios")
  static final class Termios {
    static final int SIZE = 36;

    @CField(value = "c_iflag", bytes = 4)
    static final int IFLAG = 0;

    @CField(value = "c_oflag", bytes = 4)
    static final int OFLAG = 4;

    @CField(value = "c_cflag", bytes = 4)
    static final int CFLAG = 8;

    @CField(value = "c_lflag", bytes = 4)
    static final int LFLAG = 12;

    @CField(value = "c_cc", bytes = 19)
    static final int CC = 17;

    private Termios() {}
  }

  @CStruct(header = "asm/termios.h", type = "struct winsize")
  static final class Winsize {
    static final int SIZE = 8;

    @CField(value = "ws_row", bytes = 2)
    static final int ROW = 0;

    @CField(value = "ws_col", bytes = 2)
    static final int COL = 2;

    private Winsize() {}
  }

  @CStruct(header = "sys/stat.h", type = "struct stat")
  static final class Stat {
    static final int SIZE = 144;

    @CField(value = "st_dev", bytes = 8)
    static final int DEVICE = 0;

    @CField(value = "st_ino", bytes = 8)
    static final int INODE = 8;

    @CField(value = "st_mode", bytes = 4)
    static final int MODE = 24;

    @CField(value = "st_uid", bytes = 4)
    static final int OWNER = 28;

    @CField(value = "st_size", bytes = 8)
    static final int LENGTH = 48;

    @CField(value = "st_mtim.tv_sec", bytes = 8)
    static final int MODIFIED_SECONDS = 88;

    @CField(value = "st_mtim.tv_nsec", bytes = 8)
    static final int MODIFIED_NANOS = 96;

    @CField(value = "st_ctim.tv_sec", bytes = 8)
    static final int CHANGED_SECONDS = 104;

    @CField(value = "st_ctim.tv_nsec", bytes = 8)
    static final int CHANGED_NANOS = 112;

    private Stat() {}
  }

  @CStruct(header = "linux/sched/types.h", type = "struct sched_attr")
  static final class SchedAttr {
    static final int SIZE = 56;

    @CField(value = "sched_policy", bytes = 4)
    static final int POLICY = 4;

    @CField(value = "sched_runtime", bytes = 8)
    static final int RUNTIME = 24;

    private SchedAttr() {}
  }

  private HostLayout() {}
}
