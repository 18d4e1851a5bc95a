package dev.spore.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The table of C functions: {@code syscall(2)}, {@code sigaction(3)} and the address of {@code
 * abs(3)}.
 *
 * <p>Both functions share one downcall shape of seven 64-bit integers, because every further shape
 * costs 5 ms of code spinning at start-up. That is sound by the x86-64 System V ABI: integers and
 * pointers travel in the same registers, a callee reads only the width it declares and ignores
 * registers it has no parameter for. {@code syscall} is variadic in C but reads its arguments as
 * plain integer registers.
 *
 * <p>A thread inside one of these calls is in native state and does not delay a safepoint, however
 * long it blocks; so no call is {@linkplain Linker.Option#critical critical}.
 */
final class LibC {
  /** The largest errno a system call returns (linux/err.h). */
  private static final int MAX_ERRNO = 4095;

  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle SYSCALL = handle("syscall");

  /** Linked at its first use; it shares the shape and so costs next to nothing. */
  private static final class Sigaction {
    static final MethodHandle HANDLE = handle("sigaction");

    private Sigaction() {}
  }

  private LibC() {}

  /**
   * One system call.
   *
   * @return its result, or {@code -errno}
   */
  static long syscall(int number, long a, long b, long c, long d, long e, long f) {
    MemorySegment errno = Scratch.current().errno();
    try {
      long result = (long) SYSCALL.invokeExact(errno, (long) number, a, b, c, d, e, f);
      return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static long syscall(int number, long a, long b, long c) {
    return syscall(number, a, b, c, 0, 0, 0);
  }

  /**
   * The C library's sigaction, which supplies the return trampoline a raw call would lack.
   *
   * @return 0, or {@code -errno}
   */
  static int sigaction(int signal, MemorySegment action, MemorySegment old) {
    MemorySegment errno = Scratch.current().errno();
    try {
      long result =
          (long)
              Sigaction.HANDLE.invokeExact(
                  errno, (long) signal, action.address(), old.address(), 0L, 0L, 0L, 0L);
      return (int) result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : (int) result;
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** The address of {@code int abs(int)}: a function that does nothing when called as a handler. */
  static long abs() {
    return symbol("abs").address();
  }

  /** Whether a result of {@link #syscall} is an error. */
  static boolean failed(long result) {
    return result < 0 && result >= -MAX_ERRNO;
  }

  /** The result, or the exception that names the call and the object. */
  static long check(long result, String call, String object) {
    if (failed(result)) {
      throw new KvmException(call, (int) -result, object);
    }
    return result;
  }

  /** A NUL-terminated copy for the kernel, in the encoding the JVM uses for file names. */
  static MemorySegment path(Arena arena, Path path) {
    return arena.allocateFrom(path.toString(), FILE_NAMES);
  }

  private static MethodHandle handle(String name) {
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(word, word, word, word, word, word, word, word),
        Linker.Option.captureCallState("errno"));
  }

  private static MemorySegment symbol(String name) {
    Optional<MemorySegment> found = LINKER.defaultLookup().find(name);
    if (found.isEmpty()) {
      throw new UnsatisfiedLinkError("the C library has no " + name);
    }
    return found.get();
  }

  private static Error unexpected(Throwable t) {
    if (t instanceof Error error) {
      return error;
    }
    return new AssertionError("a downcall of fixed type threw", t);
  }
}
