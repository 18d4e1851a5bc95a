package dev.spore.cas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which lanes hash: one at a time in a cold process, vectors in one that hashes much, if it can.
 *
 * <p>Vector code that C2 has not compiled yet is a hundred times slower than scalar code; so when
 * {@link #WARM_UP_AFTER_BYTES} have been hashed, a thread of its own warms it up, and everybody
 * changes over when it has been measured to be faster. If it never is, nobody does.
 *
 * <p>{@code jdk.incubator.vector} is used if the JVM was started with it, for starting it prints a
 * warning that is not ours to hide.
 */
final class LaneChoice {
  /** A one-shot command hashes less and is over before the warm-up would pay. */
  private static final long WARM_UP_AFTER_BYTES = 16 << 20;

  private static final int SAMPLE_BYTES = 256 << 10;

  /** When the warm-up gives up: C2 takes a second, and many on a machine that is overloaded. */
  static final Duration WARM_UP_MAX = Duration.ofMinutes(1);

  /** By how much vectors must be faster than scalar code. */
  private static final double GAIN = 1.25;

  private static final AtomicLong HASHED_BYTES = new AtomicLong();

  private static volatile boolean vectors;

  private LaneChoice() {}

  /** New lanes of the best kind known now. */
  static Blake3Lanes lanes() {
    return vectors ? new VectorLanes() : new ScalarLanes();
  }

  /** Whether {@link #lanes()} has changed over. */
  static boolean usesVectors() {
    return vectors;
  }

  /** Counts bytes that scalar code was given. */
  static void hashed(long bytes) {
    if (vectors) {
      return;
    }
    long before = HASHED_BYTES.getAndAdd(bytes);
    if (before < WARM_UP_AFTER_BYTES && before + bytes >= WARM_UP_AFTER_BYTES && canVectors()) {
      Thread.ofPlatform().daemon().name("blake3-warm-up").start(LaneChoice::warmUp);
    }
  }

  /** Whether the module is there and C2 will run: its absence shows in the VM's description. */
  private static boolean canVectors() {
    String vm = System.getProperty("java.vm.info", "");
    return vm.startsWith("mixed mode")
        && !vm.contains("emulated-client")
        && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        && VectorLanes.isUsable();
  }

  private static void warmUp() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sample = arena.allocate(SAMPLE_BYTES);
      Blake3Hasher scalar = new Blake3Hasher(new ScalarLanes());
      Blake3Hasher vector = new Blake3Hasher(new VectorLanes());
      long end = System.nanoTime() + WARM_UP_MAX.toNanos();
      while (!vectors && System.nanoTime() - end < 0) {
        vectors = nanos(vector, sample) * GAIN < nanos(scalar, sample);
      }
    }
  }

  private static long nanos(Blake3Hasher hasher, MemorySegment sample) {
    long start = System.nanoTime();
    hasher.update(sample);
    return System.nanoTime() - start;
  }
}
