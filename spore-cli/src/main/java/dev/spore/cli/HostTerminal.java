package dev.spore.cli;

import dev.spore.kvm.Terminal;
import org.jspecify.annotations.Nullable;

/**
 * The terminal this program runs on: raw while a guest command owns it. Restored when closed, and
 * by a shutdown hook on every path that leaves the program without closing it.
 */
final class HostTerminal implements AutoCloseable {
  private final HostStreams host;
  private final Terminal.@Nullable RawMode raw;
  private final @Nullable Thread hook;

  private HostTerminal(HostStreams host, Terminal.@Nullable RawMode raw) {
    this.host = host;
    this.raw = raw;
    this.hook = raw == null ? null : new Thread(raw::close, "spore-restore-terminal");
    if (hook != null) {
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  static boolean isTerminal(int descriptor) {
    return Terminal.isTty(descriptor);
  }

  /**
   * Takes the terminal on standard input, if there is one.
   *
   * @param raw hand every key to the guest; else keys keep their meaning here
   */
  static HostTerminal attach(HostStreams host, boolean raw) {
    boolean owned = host.real() && raw && Terminal.isTty(0);
    return new HostTerminal(host, owned ? Terminal.makeRaw(0) : null);
  }

  /** Of standard input, else of standard output; 24 by 80 where there is no terminal. */
  Guest.TerminalSize size() {
    if (!host.real()) {
      return Guest.TerminalSize.DEFAULT;
    }
    return Terminal.size(0)
        .or(() -> Terminal.size(1))
        .filter(size -> size.rows() > 0 && size.columns() > 0)
        .map(size -> new Guest.TerminalSize(size.rows(), size.columns()))
        .orElse(Guest.TerminalSize.DEFAULT);
  }

  @Override
  public void close() {
    if (raw == null || hook == null) {
      return;
    }
    raw.close();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is shutting down: the hook runs, and finds nothing left to restore.
      System.getLogger(HostTerminal.class.getName()).log(System.Logger.Level.DEBUG, "at exit", e);
    }
  }
}
