package dev.spore.cas;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** The BLAKE3-256 hash of a chunk's bytes: its name, and the proof of its content. */
public final class ChunkId implements Comparable<ChunkId> {
  /** Bytes of an id. */
  public static final int BYTES = 32;

  private static final HexFormat HEX = HexFormat.of();

  private final byte[] bytes;

  private ChunkId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The id that consists of {@code bytes}, copied.
   *
   * @throws IllegalArgumentException if there are not {@link #BYTES} of them
   */
  public static ChunkId of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a chunk id has 32 bytes, not " + bytes.length);
    }
    return new ChunkId(bytes.clone());
  }

  /**
   * The id written as 64 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if {@code hex} is anything else
   */
  public static ChunkId parse(String hex) {
    if (hex.length() != 2 * BYTES || !hex.equals(hex.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException("a chunk id is 64 lower-case hexadecimal digits");
    }
    return new ChunkId(HEX.parseHex(hex));
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** 64 lower-case hexadecimal digits. */
  public String hex() {
    return HEX.formatHex(bytes);
  }

  @Override
  public int compareTo(ChunkId other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkId id && Arrays.equals(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return hex();
  }
}
