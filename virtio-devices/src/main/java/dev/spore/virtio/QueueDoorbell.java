package dev.spore.virtio;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A doorbell without KVM: for devices notified by the host alone, and for tests. */
public final class QueueDoorbell implements Doorbell {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean rung;
  private boolean closed;

  /** A doorbell nobody has rung. */
  public QueueDoorbell() {}

  @Override
  public void ring() {
    set(true, false);
  }

  @Override
  public boolean await() {
    lock.lock();
    try {
      while (!rung && !closed) {
        changed.awaitUninterruptibly();
      }
      rung = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    set(false, true);
  }

  private void set(boolean ring, boolean close) {
    lock.lock();
    try {
      rung |= ring;
      closed |= close;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
