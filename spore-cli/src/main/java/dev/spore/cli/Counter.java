package dev.spore.cli;

import java.util.concurrent.atomic.AtomicLong;

/** How much of some work is done, on the terminal; as {@link Progress} does it. */
final class Counter implements AutoCloseable {
  private final AtomicLong done = new AtomicLong();
  private final Progress progress;

  private Counter(String what, long all, HostStreams host) {
    this.progress = Progress.start(() -> what + " " + done + " of " + all, host);
  }

  static Counter start(String what, long all, HostStreams host) {
    return new Counter(what, all, host);
  }

  /** One more. Any thread. */
  void add() {
    done.incrementAndGet();
  }

  @Override
  public void close() {
    progress.close();
  }
}
