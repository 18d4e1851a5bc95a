package dev.spore.virtio.vsock;

import dev.spore.virtio.Limits;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The connections there are, a bounded number. Any thread. */
final class ConnectionTable {
  /** What became of an attempt to add one. */
  enum Outcome {
    ADDED,
    /** The pair of ports is in use. */
    TAKEN,
    /** The bound is reached. */
    FULL
  }

  private final ConcurrentHashMap<Long, VsockConnection> byPorts = new ConcurrentHashMap<>();

  /** Makes the check of the bound and the insertion one step; readers do without. */
  private final ReentrantLock adding = new ReentrantLock();

  @Nullable VsockConnection get(VsockAddress address) {
    return byPorts.get(address.key());
  }

  /** Adds {@code connection}, if need be in place of one that only waits for the guest's RST. */
  Outcome add(VsockConnection connection) {
    adding.lock();
    try {
      if (byPorts.containsKey(connection.address().key())) {
        return Outcome.TAKEN;
      }
      if (byPorts.size() >= Limits.VSOCK_CONNECTIONS_MAX && !dropLingering()) {
        return Outcome.FULL;
      }
      byPorts.put(connection.address().key(), connection);
      return Outcome.ADDED;
    } finally {
      adding.unlock();
    }
  }

  void remove(VsockConnection connection) {
    byPorts.remove(connection.address().key(), connection);
  }

  /** Takes out all connections that match. */
  List<VsockConnection> take(Predicate<VsockConnection> which) {
    List<VsockConnection> taken = new ArrayList<>();
    for (VsockConnection connection : byPorts.values()) {
      if (which.test(connection)) {
        remove(connection);
        taken.add(connection);
      }
    }
    return taken;
  }

  int size() {
    return byPorts.size();
  }

  /** Buffer, in bytes, of one more connection: many connections must be content with less. */
  static int bufferBytes(int connections) {
    return connections < Limits.VSOCK_LARGE_BUFFERS_MAX
        ? Limits.VSOCK_LARGE_BUFFER_BYTES
        : Limits.VSOCK_SMALL_BUFFER_BYTES;
  }

  private boolean dropLingering() {
    Iterator<VsockConnection> all = byPorts.values().iterator();
    while (all.hasNext()) {
      if (all.next().isLingering()) {
        all.remove();
        return true;
      }
    }
    return false;
  }
}
