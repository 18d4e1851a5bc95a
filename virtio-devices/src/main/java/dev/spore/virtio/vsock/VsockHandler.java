package dev.spore.virtio.vsock;

import java.io.IOException;

/** Serves connections the guest opens to a port of the host. */
@FunctionalInterface
public interface VsockHandler {
  /**
   * Serves one connection, on a virtual thread of its own. The stream is closed when this returns;
   * an exception is logged and closes it too.
   */
  void serve(VsockStream stream) throws IOException;
}
