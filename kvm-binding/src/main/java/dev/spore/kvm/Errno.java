package dev.spore.kvm;

/** Linux error numbers (asm-generic/errno-base.h, errno.h) that Spore tells apart. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EEXIST = 17;
  public static final int EINVAL = 22;
  public static final int ENOTTY = 25;
  public static final int ENOSYS = 38;

  private Errno() {}

  /** Name and number, for example {@code EACCES (13)}. */
  public static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM (1)";
      case ENOENT -> "ENOENT (2)";
      case EINTR -> "EINTR (4)";
      case EBADF -> "EBADF (9)";
      case EAGAIN -> "EAGAIN (11)";
      case ENOMEM -> "ENOMEM (12)";
      case EACCES -> "EACCES (13)";
      case EFAULT -> "EFAULT (14)";
      case EEXIST -> "EEXIST (17)";
      case EINVAL -> "EINVAL (22)";
      case ENOTTY -> "ENOTTY (25)";
      case ENOSYS -> "ENOSYS (38)";
      default -> "errno " + errno;
    };
  }
}
