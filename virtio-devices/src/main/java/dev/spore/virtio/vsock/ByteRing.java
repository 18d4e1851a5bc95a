package dev.spore.virtio.vsock;

/**
 * Bytes in order of arrival, at most a fixed number of them; memory grows with what is really held.
 * Not thread-safe.
 */
final class ByteRing {
  /** Copies {@code array[offset, offset + length)} to or from elsewhere. */
  @FunctionalInterface
  interface Mover {
    void move(byte[] array, int offset, int length);
  }

  private static final int FIRST_BYTES = 4096;
  private static final byte[] NONE = new byte[0];

  private final int capacity;
  private byte[] bytes = NONE;
  private int start;
  private int size;

  /**
   * @param capacity most bytes held, at least 1
   */
  ByteRing(int capacity) {
    this.capacity = capacity;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int capacity() {
    return capacity;
  }

  /** Bytes that can still be put. */
  int free() {
    return capacity - size;
  }

  /** Lets {@code source} fill the next {@code length} bytes, at most {@link #free()}. */
  void put(int length, Mover source) {
    if (length > free()) {
      throw new IllegalArgumentException("%d bytes into %d".formatted(length, free()));
    }
    grow(size + length);
    int from = start + size;
    if (from >= bytes.length) {
      from -= bytes.length;
    }
    move(source, from, length);
    size += length;
  }

  /** Hands the oldest {@code length} bytes, at most {@link #size()}, to {@code target}. */
  void take(int length, Mover target) {
    if (length > size) {
      throw new IllegalArgumentException("%d bytes of %d".formatted(length, size));
    }
    move(target, start, length);
    size -= length;
    start += length;
    if (size == 0) {
      start = 0;
    } else if (start >= bytes.length) {
      start -= bytes.length;
    }
  }

  /** Appends {@code source[offset, offset + length)}, at most {@link #free()} bytes. */
  void put(byte[] source, int offset, int length) {
    Cursor cursor = new Cursor(offset);
    put(
        length,
        (array, at, count) -> System.arraycopy(source, cursor.next(count), array, at, count));
  }

  /** Moves the oldest {@code length} bytes, at most {@link #size()}, to {@code target}. */
  void take(byte[] target, int offset, int length) {
    Cursor cursor = new Cursor(offset);
    take(
        length,
        (array, at, count) -> System.arraycopy(array, at, target, cursor.next(count), count));
  }

  /** Drops what is held, and the memory with it. */
  void clear() {
    bytes = NONE;
    start = 0;
    size = 0;
  }

  /** Where the outer array stands between the two halves of one move. */
  private static final class Cursor {
    private int position;

    Cursor(int position) {
      this.position = position;
    }

    int next(int count) {
      int before = position;
      position += count;
      return before;
    }
  }

  private void move(Mover mover, int from, int length) {
    int first = Math.min(length, bytes.length - from);
    if (first > 0) {
      mover.move(bytes, from, first);
    }
    if (length > first) {
      mover.move(bytes, 0, length - first);
    }
  }

  private void grow(int needed) {
    if (needed <= bytes.length) {
      return;
    }
    int larger = Math.max(FIRST_BYTES, bytes.length);
    while (larger < needed) {
      larger *= 2;
    }
    byte[] grown = new byte[Math.min(larger, capacity)];
    int first = Math.min(size, bytes.length - start);
    System.arraycopy(bytes, start, grown, 0, first);
    System.arraycopy(bytes, 0, grown, first, size - first);
    bytes = grown;
    start = 0;
  }
}
