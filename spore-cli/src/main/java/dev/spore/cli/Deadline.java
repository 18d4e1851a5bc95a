package dev.spore.cli;

import java.time.Duration;

/** Runs an action once unless closed in time. */
final class Deadline implements AutoCloseable {
  private final Duration after;
  private final Runnable action;
  private boolean closed;

  private Deadline(Duration after, Runnable action) {
    this.after = after;
    this.action = action;
  }

  static Deadline none() {
    return new Deadline(Duration.ZERO, () -> {});
  }

  static Deadline start(Duration after, Runnable action) {
    Deadline deadline = new Deadline(after, action);
    Thread thread = new Thread(deadline::await, "spore-deadline");
    thread.setDaemon(true);
    thread.start();
    return deadline;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void await() {
    if (expired()) {
      action.run();
    }
  }

  private synchronized boolean expired() {
    long end = System.nanoTime() + after.toNanos();
    while (!closed) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return true;
      }
      try {
        // Rounded up: a wait of zero milliseconds would be for ever.
        wait(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }
}
