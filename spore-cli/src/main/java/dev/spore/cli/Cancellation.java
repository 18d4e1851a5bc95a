package dev.spore.cli;

import dev.spore.vmm.SporeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a run is to end before its command did. The first reason stands; it closes whatever has been
 * registered. Any thread.
 */
final class Cancellation {
  private final List<AutoCloseable> targets = new ArrayList<>();
  private @Nullable SporeException reason;

  /** Ends the run; later calls change nothing. Never throws. */
  void cancel(SporeException why) {
    List<AutoCloseable> doomed;
    synchronized (this) {
      if (reason != null) {
        return;
      }
      reason = why;
      doomed = List.copyOf(targets);
    }
    doomed.forEach(target -> close(target, why));
  }

  /** What {@link #cancel} closes; closed at once if that has happened already. */
  void onCancel(AutoCloseable target) {
    SporeException why;
    synchronized (this) {
      targets.add(target);
      why = reason;
    }
    if (why != null) {
      close(target, why);
    }
  }

  synchronized @Nullable SporeException reason() {
    return reason;
  }

  /** Throws the reason if there is one. */
  void check() {
    SporeException why = reason();
    if (why != null) {
      throw why;
    }
  }

  private static void close(AutoCloseable target, SporeException why) {
    try {
      target.close();
    } catch (Exception e) {
      // The reason is what the user hears; how the closing went belongs to it.
      why.addSuppressed(e);
    }
  }
}
