package dev.spore.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** What this process is and may do on the host. */
public final class Host {
  /** For {@link #access}: read permission. */
  public static final int READ = Sys.R_OK;

  /** For {@link #access}: write permission. */
  public static final int WRITE = Sys.W_OK;

  /** For {@link #access}: execute or search permission. */
  public static final int EXECUTE = Sys.X_OK;

  private static final int MAX_GROUPS = 4096;

  private Host() {}

  /**
   * Whether the effective user may use {@code path} so (faccessat2(2)).
   *
   * @param modes sum of {@link #READ}, {@link #WRITE}, {@link #EXECUTE}
   * @return 0, or the errno: ENOENT, EACCES, ...
   */
  public static int access(Path path, int modes) {
    try (Arena arena = Arena.ofConfined()) {
      long text = LibC.path(arena, path).address();
      long result =
          LibC.syscall(Sys.SYS_faccessat2, Sys.AT_FDCWD, text, modes, Sys.AT_EACCESS, 0, 0);
      return (int) -result;
    }
  }

  /** Effective user id. */
  public static int userId() {
    return (int) LibC.syscall(Sys.SYS_geteuid, 0, 0, 0);
  }

  /** Effective group id. */
  public static int groupId() {
    return (int) LibC.syscall(Sys.SYS_getegid, 0, 0, 0);
  }

  /** Supplementary group ids. */
  public static int[] groupIds() {
    MemorySegment list = Scratch.zeroed(MAX_GROUPS * 4);
    long result = LibC.syscall(Sys.SYS_getgroups, MAX_GROUPS, list.address(), 0);
    int[] groups = new int[(int) LibC.check(result, "getgroups", "this process")];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = Field.i32(list, 4L * i);
    }
    return groups;
  }

  /** Opens a file, close-on-exec. */
  static Fd open(Path path, int flags) {
    String object = path.toString();
    long result = tryOpen(path, flags);
    return new Fd((int) LibC.check(result, "open", object), object);
  }

  /** A descriptor number, or {@code -errno}. */
  static long tryOpen(Path path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long text = LibC.path(arena, path).address();
      return LibC.syscall(Sys.SYS_openat, Sys.AT_FDCWD, text, flags | Sys.O_CLOEXEC, 0, 0, 0);
    }
  }
}
