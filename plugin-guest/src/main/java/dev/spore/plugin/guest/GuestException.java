package dev.spore.plugin.guest;

/**
 * The guest said what no guest in order says: its interpreter is broken, or was broken into. Ends
 * the run, nothing else.
 */
public final class GuestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GuestException(String what) {
    super(what);
  }
}
