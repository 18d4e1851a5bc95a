package dev.spore.virtio.queue;

import dev.spore.virtio.memory.GuestMemory;

/** A position in the readable or the writable bytes of a chain. */
abstract sealed class ChainCursor permits ChainReader, ChainWriter {
  private final DescriptorChain chain;
  private final long total;
  private int buffer;
  private long offset;
  private long remaining;

  ChainCursor(DescriptorChain chain, int firstBuffer, long total) {
    this.chain = chain;
    this.buffer = firstBuffer;
    this.total = total;
    this.remaining = total;
  }

  /** Bytes between the cursor and the end. */
  public final long remaining() {
    return remaining;
  }

  /** Bytes between the start and the cursor. */
  public final long position() {
    return total - remaining;
  }

  /**
   * Moves on without touching memory.
   *
   * @param bytes 0 or more
   * @throws QueueException if fewer remain
   */
  public final void skip(long bytes) {
    require(bytes);
    long left = bytes;
    while (left > 0) {
      long piece = Math.min(left, contiguous());
      advance(piece);
      left -= piece;
    }
  }

  final GuestMemory memory() {
    return chain.memory();
  }

  /** The request does not have the bytes its header promised: the driver's fault. */
  final void require(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("negative count " + bytes);
    }
    if (bytes > remaining) {
      throw new QueueException(
          "chain %d has %d bytes where %d are needed".formatted(chain.head(), remaining, bytes));
    }
  }

  /** Bytes that lie in one piece at the cursor, at least 1; something must remain. */
  final long contiguous() {
    while (offset == chain.length(buffer)) {
      buffer++;
      offset = 0;
    }
    return chain.length(buffer) - offset;
  }

  /** GPA of the byte at the cursor; valid after {@link #contiguous()}. */
  final long gpa() {
    return chain.address(buffer) + offset;
  }

  final void advance(long bytes) {
    offset += bytes;
    remaining -= bytes;
  }
}
