package dev.spore.virtio.console;

/**
 * Guest output on its way to a reader that may be slow, or gone: a ring of fixed size that forgets
 * the oldest bytes when full, and counts them.
 *
 * <p>Dropping, rather than holding the guest up, because a console that blocks its guest for as
 * long as nobody reads wedges the guest's kernel messages, and with them the guest; the newest
 * bytes are kept because they tell why a guest died. Any thread.
 */
public final class BoundedOutput implements ConsoleSink {
  private final byte[] ring;
  private int start;
  private int count;
  private long dropped;
  private boolean closed;

  /**
   * An empty ring.
   *
   * @param capacityBytes at least 1
   */
  public BoundedOutput(int capacityBytes) {
    if (capacityBytes < 1) {
      throw new IllegalArgumentException("capacity of " + capacityBytes + " bytes");
    }
    ring = new byte[capacityBytes];
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    if (length >= ring.length) {
      dropped += count + (length - ring.length);
      System.arraycopy(bytes, offset + length - ring.length, ring, 0, ring.length);
      start = 0;
      count = ring.length;
    } else if (length > 0) {
      forget(Math.max(0, count + length - ring.length));
      int end = (start + count) % ring.length;
      int first = Math.min(length, ring.length - end);
      System.arraycopy(bytes, offset, ring, end, first);
      System.arraycopy(bytes, offset + first, ring, 0, length - first);
      count += length;
    }
    notifyAll();
  }

  /**
   * Takes the oldest bytes, waiting until there are some.
   *
   * @param bytesMax at least 1
   * @return 1 to {@code bytesMax} bytes; empty once closed and drained
   * @throws InterruptedException if interrupted while waiting
   */
  public synchronized byte[] take(int bytesMax) throws InterruptedException {
    while (count == 0 && !closed) {
      wait();
    }
    return tryTake(bytesMax);
  }

  /** Takes the oldest bytes without waiting: 0 to {@code bytesMax}. */
  public synchronized byte[] tryTake(int bytesMax) {
    byte[] taken = copy(Math.min(bytesMax, count));
    start = (start + taken.length) % ring.length;
    count -= taken.length;
    return taken;
  }

  /** Bytes dropped since the beginning. */
  public synchronized long droppedBytes() {
    return dropped;
  }

  /** Ends {@link #take} once drained. Idempotent. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void forget(int bytes) {
    start = (start + bytes) % ring.length;
    count -= bytes;
    dropped += bytes;
  }

  private byte[] copy(int length) {
    byte[] out = new byte[length];
    int first = Math.min(length, ring.length - start);
    System.arraycopy(ring, start, out, 0, first);
    System.arraycopy(ring, 0, out, first, length - first);
    return out;
  }
}
