package dev.spore.cli;

import java.io.PrintStream;
import java.util.function.Supplier;

/**
 * One line on the terminal that says what takes so long, from the second second on; gone when
 * closed. Nothing at all where standard error is no terminal.
 */
final class Progress implements AutoCloseable {
  private static final int TICK_MILLIS = 1000;

  /** Carriage return, then "erase to end of line" of ECMA-48. */
  private static final String ERASE = "\r\u001b[K";

  private final Supplier<String> what;
  private final PrintStream out;
  private boolean closed;
  private boolean shown;

  private Progress(Supplier<String> what, PrintStream out) {
    this.what = what;
    this.out = out;
  }

  static Progress start(String what, HostStreams host) {
    return start(() -> what, host);
  }

  /** With words that change; asked for by another thread. */
  static Progress start(Supplier<String> what, HostStreams host) {
    Progress progress = new Progress(what, host.messages());
    if (host.real()) {
      Thread thread = new Thread(progress::tick, "spore-progress");
      thread.setDaemon(true);
      thread.start();
    }
    return progress;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    if (shown) {
      out.print(ERASE);
      out.flush();
    }
  }

  private synchronized void tick() {
    try {
      for (int seconds = 1; ; seconds++) {
        wait(TICK_MILLIS);
        if (closed || !HostTerminal.isTerminal(2)) {
          return;
        }
        out.print(ERASE + "spore: " + what.get() + "... " + seconds + " s");
        out.flush();
        shown = true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
