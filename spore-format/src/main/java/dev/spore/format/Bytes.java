package dev.spore.format;

import java.util.Arrays;
import java.util.HexFormat;

/** Immutable bytes with value equality, for records. */
public final class Bytes {
  private static final HexFormat HEX = HexFormat.of();

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of {@code bytes}. */
  public static Bytes of(byte... bytes) {
    return new Bytes(bytes.clone());
  }

  /** A copy of the {@code size} bytes of {@code source} that start at {@code offset}. */
  public static Bytes of(byte[] source, int offset, int size) {
    return new Bytes(Arrays.copyOfRange(source, offset, offset + size));
  }

  /** How many there are. */
  public int size() {
    return bytes.length;
  }

  /** A copy. */
  public byte[] toArray() {
    return bytes.clone();
  }

  /** Copies all of them into {@code target} from {@code offset} on. */
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, bytes.length);
  }

  /** Two lower-case hexadecimal digits a byte. */
  public String hex() {
    return HEX.formatHex(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The size and the first bytes: areas of a kilobyte do not belong in a message. */
  @Override
  public String toString() {
    int shown = Math.min(bytes.length, 16);
    return bytes.length
        + " bytes "
        + HEX.formatHex(bytes, 0, shown)
        + (shown < bytes.length ? "…" : "");
  }
}
