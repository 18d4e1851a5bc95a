package dev.spore.vmm.agent;

import dev.spore.vmm.SporeException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a process wrote and nobody read yet: a ring that grows to the window and no further, however
 * small the pieces are that the guest sends. One thread puts, others take.
 */
final class OutputBuffer {
  private static final int FIRST_BYTES = 4_096;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final int capacity;
  private byte[] ring = new byte[0];
  private int start;
  private int length;

  /** Bytes the guest may still send before credit is given. */
  private int credit;

  /** Bytes taken since credit was given. */
  private int owed;

  /** Bytes that came from the guest, taken or not. */
  private long total;

  private boolean ended;
  private boolean closed;
  private @Nullable SporeException failure;

  OutputBuffer(int capacity) {
    this.capacity = capacity;
    this.credit = capacity;
  }

  /** Adds a piece; false when the guest had no credit for it or had ended the stream. */
  boolean put(byte[] data, boolean last) {
    lock.lock();
    try {
      if (ended || data.length > credit) {
        return false;
      }
      credit -= data.length;
      total += data.length;
      ended = last;
      if (!closed) {
        append(data);
      }
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void append(byte[] data) {
    if (length + data.length > ring.length) {
      grow(length + data.length);
    }
    int at = (start + length) % Math.max(ring.length, 1);
    int first = Math.min(data.length, ring.length - at);
    System.arraycopy(data, 0, ring, at, first);
    System.arraycopy(data, first, ring, 0, data.length - first);
    length += data.length;
  }

  private void grow(int needed) {
    int size = Math.max(ring.length, FIRST_BYTES);
    while (size < needed) {
      size *= 2;
    }
    byte[] grown = new byte[Math.min(size, capacity)];
    int first = Math.min(length, ring.length - start);
    System.arraycopy(ring, start, grown, 0, first);
    System.arraycopy(ring, 0, grown, first, length - first);
    ring = grown;
    start = 0;
  }

  /**
   * Takes what is there, at least one byte.
   *
   * @return -1 at the end of the stream or after {@link #close}
   * @throws SporeException when the connection failed and everything before that was taken
   */
  int take(byte[] target, int offset, int wanted) throws InterruptedIOException {
    lock.lock();
    try {
      while (length == 0) {
        if (ended || closed) {
          return -1;
        }
        if (failure != null) {
          throw AgentClient.again(failure);
        }
        changed.await();
      }
      int taken = Math.min(wanted, length);
      int first = Math.min(taken, ring.length - start);
      System.arraycopy(ring, start, target, offset, first);
      System.arraycopy(ring, 0, target, offset + first, taken - first);
      start = (start + taken) % ring.length;
      length -= taken;
      owed += taken;
      return taken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the guest's output");
    } finally {
      lock.unlock();
    }
  }

  /** Credit worth a frame, or 0. The caller sends it. */
  int takeOwedCredit() {
    lock.lock();
    try {
      if (ended || closed || failure != null || owed < capacity / 2) {
        return 0;
      }
      int due = owed;
      owed = 0;
      credit += due;
      return due;
    } finally {
      lock.unlock();
    }
  }

  int available() {
    lock.lock();
    try {
      return length;
    } finally {
      lock.unlock();
    }
  }

  /** Nobody will read: true when the guest should hear of it. */
  boolean close() {
    lock.lock();
    try {
      boolean news = !closed && !ended && failure == null;
      closed = true;
      ring = new byte[0];
      start = 0;
      length = 0;
      changed.signalAll();
      return news;
    } finally {
      lock.unlock();
    }
  }

  void fail(SporeException cause) {
    lock.lock();
    try {
      failure = cause;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How far the stream has come, of which the first byte put here was at {@code start}. */
  KnownSession.Output heard(long start) {
    lock.lock();
    try {
      return new KnownSession.Output(start + total, ended);
    } finally {
      lock.unlock();
    }
  }

  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }
}
