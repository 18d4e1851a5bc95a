package dev.spore.virtio.vsock;

import dev.spore.virtio.Limits;
import dev.spore.virtio.RateLimitedLog;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Ports of the host somebody listens on, and the threads that serve them. Any thread. */
final class VsockListeners {
  private final ConcurrentHashMap<Integer, VsockHandler> handlers = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final RateLimitedLog log;

  VsockListeners(RateLimitedLog log) {
    this.log = log;
  }

  /** Returns false if somebody listens there already. */
  boolean add(int hostPort, VsockHandler handler) {
    return handlers.putIfAbsent(hostPort, handler) == null;
  }

  void remove(int hostPort, VsockHandler handler) {
    handlers.remove(hostPort, handler);
  }

  /** Who listens; null if nobody does, or if too many connections are being served already. */
  @Nullable VsockHandler find(int hostPort) {
    // A handler may outlive its connection, so connections do not bound the number of threads.
    return running.get() < Limits.VSOCK_CONNECTIONS_MAX ? handlers.get(hostPort) : null;
  }

  /** Handlers that have not returned. */
  int running() {
    return running.get();
  }

  /** Starts serving {@code connection}; does not wait. */
  void start(VsockHandler handler, VsockConnection connection) {
    running.incrementAndGet();
    VsockStream stream = new VsockStream(connection);
    Thread.ofVirtual().name(stream.toString()).start(() -> serve(handler, stream));
  }

  private void serve(VsockHandler handler, VsockStream stream) {
    try (stream) {
      handler.serve(stream);
    } catch (IOException | RuntimeException e) {
      log.hostFault(() -> stream + " ended by its handler: " + e);
    } finally {
      running.decrementAndGet();
    }
  }
}
