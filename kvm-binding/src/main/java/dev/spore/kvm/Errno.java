package dev.spore.kvm;

/** Linux error numbers (asm-generic/errno-base.h, errno.h) that Spore tells apart. */
@CMacros(headers = "errno.h")
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EXDEV = 18;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int EMFILE = 24;
  public static final int ENOTTY = 25;
  public static final int ENOSPC = 28;
  public static final int ENOSYS = 38;
  public static final int ELOOP = 40;
  public static final int EOPNOTSUPP = 95;

  private Errno() {}

  /** Name and number, for example {@code EACCES (13)}. */
  public static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM (1)";
      case ENOENT -> "ENOENT (2)";
      case ESRCH -> "ESRCH (3)";
      case EINTR -> "EINTR (4)";
      case EIO -> "EIO (5)";
      case ENXIO -> "ENXIO (6)";
      case E2BIG -> "E2BIG (7)";
      case EBADF -> "EBADF (9)";
      case EAGAIN -> "EAGAIN (11)";
      case ENOMEM -> "ENOMEM (12)";
      case EACCES -> "EACCES (13)";
      case EFAULT -> "EFAULT (14)";
      case EBUSY -> "EBUSY (16)";
      case EEXIST -> "EEXIST (17)";
      case EXDEV -> "EXDEV (18)";
      case ENODEV -> "ENODEV (19)";
      case EINVAL -> "EINVAL (22)";
      case EMFILE -> "EMFILE (24)";
      case ENOTTY -> "ENOTTY (25)";
      case ENOSPC -> "ENOSPC (28)";
      case ENOSYS -> "ENOSYS (38)";
      case ELOOP -> "ELOOP (40)";
      case EOPNOTSUPP -> "EOPNOTSUPP (95)";
      default -> "errno " + errno;
    };
  }
}
