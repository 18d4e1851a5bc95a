package dev.spore.vmm;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What a machine has opened, closed in reverse order; a failing one does not spare the others. */
final class Closeables implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /** Closes everything; the first failure is thrown at the end with the others suppressed. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!open.isEmpty()) {
      failure = closeOne(open.pop(), failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException closeOne(
      AutoCloseable resource, @Nullable RuntimeException earlier) {
    try {
      resource.close();
      return earlier;
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      if (earlier != null) {
        earlier.addSuppressed(e);
        return earlier;
      }
      return new SporeException(
          ErrorCode.RUNTIME_EXECUTION_FAILED, "closing the machine failed: " + e.getMessage(), e);
    }
  }
}
