package dev.spore.fuzz;

/** Takes an input apart from the front; past its end everything is 0. */
final class FuzzInput {
  private final byte[] data;
  private int at;

  FuzzInput(byte[] data) {
    this.data = data;
  }

  boolean isEmpty() {
    return at >= data.length;
  }

  int u8() {
    return at < data.length ? data[at++] & 0xff : 0;
  }

  int u16() {
    return u8() | u8() << 8;
  }

  int s32() {
    return u16() | u16() << 16;
  }

  /** The rest, or its first {@code bytesMax} bytes. */
  byte[] bytes(int bytesMax) {
    byte[] taken = new byte[Math.min(bytesMax, data.length - at)];
    System.arraycopy(data, at, taken, 0, taken.length);
    at += taken.length;
    return taken;
  }
}
