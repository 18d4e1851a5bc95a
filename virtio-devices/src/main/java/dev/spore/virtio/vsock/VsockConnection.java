package dev.spore.virtio.vsock;

import dev.spore.virtio.queue.ChainReader;
import dev.spore.virtio.queue.ChainWriter;
import dev.spore.virtio.vsock.StreamState.Reaction;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One connection shared by the device thread, which brings packets in and takes packets out, and
 * threads of the host, which read, write and wait.
 *
 * <p>One lock guards the state and is never held while waiting: the device thread is delayed by a
 * copy at most, whatever a stream's user does.
 */
final class VsockConnection {
  private final VsockAddress address;
  private final Consumer<VsockConnection> wake;
  private final AtomicBoolean queued = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final Condition writable = lock.newCondition();
  private final StreamState state;

  /**
   * @param wake told, by any thread and without a lock held, that a packet is owed to the guest
   */
  VsockConnection(StreamState state, Consumer<VsockConnection> wake) {
    this.address = state.address();
    this.state = state;
    this.wake = wake;
  }

  VsockAddress address() {
    return address;
  }

  /** Buffer the guest is promised, bytes. */
  int bufferBytes() {
    return state.bufferBytes();
  }

  /** Takes one packet of the guest; device thread. See {@link StreamState#onPacket}. */
  Reaction onPacket(VsockOp op, VsockHeader header, ChainReader payload) {
    lock.lock();
    try {
      Reaction reaction = state.onPacket(op, header, payload);
      signal();
      return reaction;
    } finally {
      lock.unlock();
    }
  }

  /** Writes the packet owed to the guest; device thread. See {@link StreamState#emit}. */
  int emit(ChainWriter writer, byte[] scratch) {
    lock.lock();
    try {
      int payload = state.emit(writer, scratch);
      if (payload > 0) {
        signal();
      }
      return payload;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a packet is owed to the guest. */
  boolean hasPacket() {
    lock.lock();
    try {
      return state.nextOp() != null;
    } finally {
      lock.unlock();
    }
  }

  /** Claims the connection's one place among those that owe a packet. */
  boolean markQueued() {
    return queued.compareAndSet(false, true);
  }

  /** Gives the place up, before {@link #emit}: what is owed later claims a new one. */
  void clearQueued() {
    queued.set(false);
  }

  /** Whether all was said and only the guest's RST is missing: the place may be given away. */
  boolean isLingering() {
    lock.lock();
    try {
      return state.isLingering();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the guest has not heard of this connection yet. */
  boolean isUntold() {
    lock.lock();
    try {
      return state.isUntold();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the connection without a word to the guest. */
  void abort(String why) {
    lock.lock();
    try {
      state.fail(why);
      signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the guest to grant the connection.
   *
   * @throws IOException if it refused, did not answer in time, or the device ended
   */
  void awaitOpen(Duration timeout) throws IOException {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (state.isRequesting()) {
        if (left <= 0) {
          throw new SocketTimeoutException(
              address + ": the guest did not answer within " + timeout.toMillis() + " ms");
        }
        // An open stream is writable, so that is what is signalled.
        left = writable.awaitNanos(left);
      }
      state.throwFailure();
    } catch (InterruptedException e) {
      throw interrupted(0);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link java.io.InputStream#read(byte[], int, int)}, for a length of at least 1. */
  int read(byte[] target, int offset, int length) throws IOException {
    int count;
    boolean owed;
    lock.lock();
    try {
      while (!state.isReadable()) {
        readable.await();
      }
      count = state.take(target, offset, length);
      owed = state.nextOp() != null;
    } catch (InterruptedException e) {
      throw interrupted(0);
    } finally {
      lock.unlock();
    }
    if (owed) {
      wake.accept(this);
    }
    return count;
  }

  /** Bytes that can be read without waiting. */
  int availableBytes() {
    lock.lock();
    try {
      return state.availableBytes();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link java.io.OutputStream#write(byte[], int, int)}: returns once all is buffered. */
  void write(byte[] source, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      boolean owed;
      lock.lock();
      try {
        // Waiting for a good part of the buffer spares a thread switch per packet.
        while (state.freeBytes() < length - done && !state.isWritable()) {
          writable.await();
        }
        done += state.put(source, offset + done, length - done);
        owed = state.nextOp() != null;
      } catch (InterruptedException e) {
        throw interrupted(done);
      } finally {
        lock.unlock();
      }
      if (owed) {
        wake.accept(this);
      }
    }
  }

  /** Throws if nothing can be sent any more. */
  void requireWritable() throws IOException {
    lock.lock();
    try {
      state.requireWritable();
    } finally {
      lock.unlock();
    }
  }

  /** The host is done with directions as in {@link StreamState#close}; idempotent. */
  void close(int directions) {
    boolean owed;
    lock.lock();
    try {
      state.close(directions);
      signal();
      owed = state.nextOp() != null;
    } finally {
      lock.unlock();
    }
    if (owed) {
      wake.accept(this);
    }
  }

  private void signal() {
    if (state.isReadable()) {
      readable.signalAll();
    }
    if (state.isWritable()) {
      writable.signalAll();
    }
  }

  private InterruptedIOException interrupted(int bytesTransferred) {
    Thread.currentThread().interrupt();
    InterruptedIOException interruption =
        new InterruptedIOException(address + ": interrupted while waiting for the guest");
    interruption.bytesTransferred = bytesTransferred;
    return interruption;
  }
}
