package dev.spore.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Native memory of one thread for the arguments of one call, so that no call allocates.
 *
 * <p>Its content is valid until the thread's next call; nothing here is re-entrant, and nothing
 * needs to be, because the wrappers are leaves.
 */
final class Scratch {
  /** Holds every fixed-size structure but the large ones. */
  private static final int SMALL_BYTES = 512;

  /** Holds the structures with a tail: CPUID tables, MSR lists, XSAVE areas with AMX. */
  static final int LARGE_BYTES = 16384;

  private static final ThreadLocal<Scratch> CURRENT =
      new ThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
          return new Scratch();
        }
      };

  private final MemorySegment errno = Arena.ofAuto().allocate(16, 8);
  private final MemorySegment small = Arena.ofAuto().allocate(SMALL_BYTES, 16);
  private @Nullable MemorySegment large;

  private Scratch() {}

  static Scratch current() {
    return CURRENT.get();
  }

  /** The buffer the last {@link #zeroed} of this thread returned, when that was a small one. */
  MemorySegment small() {
    return small;
  }

  /** Where a downcall leaves errno; layout of {@code Linker.Option.captureStateLayout()}. */
  MemorySegment errno() {
    return errno;
  }

  /** A buffer whose first {@code bytes} are zero: large enough, its length is not exact. */
  static MemorySegment zeroed(int bytes) {
    MemorySegment buffer = bytes <= SMALL_BYTES ? current().small : current().large();
    buffer.asSlice(0, bytes).fill((byte) 0);
    return buffer;
  }

  private MemorySegment large() {
    MemorySegment buffer = large;
    if (buffer == null) {
      buffer = Arena.ofAuto().allocate(LARGE_BYTES, 16);
      large = buffer;
    }
    return buffer;
  }
}
