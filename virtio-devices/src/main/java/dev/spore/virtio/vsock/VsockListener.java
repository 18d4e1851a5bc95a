package dev.spore.virtio.vsock;

/** A port of the host being served; closing it refuses further connections. */
@FunctionalInterface
public interface VsockListener extends AutoCloseable {
  /** Stops listening. Any thread; idempotent. */
  @Override
  void close();
}
