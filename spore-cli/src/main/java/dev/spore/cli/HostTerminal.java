package dev.spore.cli;

/** The terminal this program runs on: raw while a guest command owns it, restored on every path. */
final class HostTerminal implements AutoCloseable {
  private HostTerminal() {}

  static boolean isTerminal(int descriptor) {
    return false;
  }

  static HostTerminal attach(HostStreams host, boolean raw) {
    return new HostTerminal();
  }

  Guest.TerminalSize size() {
    return Guest.TerminalSize.DEFAULT;
  }

  @Override
  public void close() {}
}
