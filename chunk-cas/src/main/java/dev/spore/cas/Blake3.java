package dev.spore.cas;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** BLAKE3 with its default output of 256 bits, unkeyed (BLAKE3 paper, 2). Thread-safe. */
public final class Blake3 {
  private Blake3() {}

  /** The hash of {@code bytes}. */
  public static ChunkId hash(byte[] bytes) {
    return hash(MemorySegment.ofArray(bytes));
  }

  /** The hash of what {@code buffer} has between position and limit, which stay where they are. */
  public static ChunkId hash(ByteBuffer buffer) {
    return hash(MemorySegment.ofBuffer(buffer));
  }

  /** The hash of a segment, which nobody may change meanwhile. Fastest outside the Java heap. */
  public static ChunkId hash(MemorySegment bytes) {
    return hasher().update(bytes).finish();
  }

  /** For bytes that come in pieces. */
  public static Blake3Hasher hasher() {
    return new Blake3Hasher(LaneChoice.lanes());
  }

  /**
   * Whether this process now hashes with vectors, several times as fast. It begins without, and
   * changes over when it has hashed much, was started with {@code --add-modules
   * jdk.incubator.vector}, and has the JVM's second compiler.
   */
  public static boolean usesVectors() {
    return LaneChoice.usesVectors();
  }
}
