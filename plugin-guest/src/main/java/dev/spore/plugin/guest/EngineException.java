package dev.spore.plugin.guest;

/** The engine that was asked for cannot run: which, why, and what to do. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EngineException(String message) {
    super(message);
  }
}
