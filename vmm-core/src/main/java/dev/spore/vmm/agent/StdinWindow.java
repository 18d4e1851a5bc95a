package dev.spore.vmm.agent;

import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** How much stdin the guest takes now. The reader thread gives, writers wait. */
final class StdinWindow {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int credit;
  private boolean closedByProcess;
  private boolean ended;
  private @Nullable SporeException failure;

  /**
   * @param credit bytes that may be sent at once
   */
  StdinWindow(int credit) {
    this.credit = credit;
  }

  /**
   * Waits for credit and takes some of it, 1 to {@code wanted}.
   *
   * @throws IOException when the process closed its stdin or ended, or this side sent the end
   * @throws SporeException when the connection failed
   */
  int take(int wanted) throws IOException {
    lock.lock();
    try {
      while (true) {
        if (failure != null) {
          throw AgentClient.again(failure);
        }
        if (ended) {
          throw new IOException("stdin was closed already");
        }
        if (closedByProcess) {
          throw new IOException("the process has closed its stdin");
        }
        if (credit > 0) {
          int taken = Math.min(Math.min(wanted, credit), AgentLimits.PAYLOAD_BYTES_MAX);
          credit -= taken;
          return taken;
        }
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the guest to read stdin");
    } finally {
      lock.unlock();
    }
  }

  /** False when this is more than was sent. */
  boolean give(int bytes) {
    lock.lock();
    try {
      if (bytes > AgentLimits.STDIN_WINDOW_BYTES - credit) {
        return false;
      }
      credit += bytes;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  void closeByProcess() {
    lock.lock();
    try {
      closedByProcess = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether this side has sent the end. */
  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Whether more may be sent. */
  boolean isOpen() {
    lock.lock();
    try {
      return !ended && !closedByProcess;
    } finally {
      lock.unlock();
    }
  }

  /** True when the guest should hear of the end: once, and only while it listens. */
  boolean end() {
    lock.lock();
    try {
      boolean news = !ended && !closedByProcess && failure == null;
      ended = true;
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
}
