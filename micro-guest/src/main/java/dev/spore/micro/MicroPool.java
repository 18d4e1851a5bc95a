package dev.spore.micro;

import dev.spore.kvm.Kvm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Machines between their runs, pristine. Thread-safe; each machine is used by one thread at a time.
 */
public final class MicroPool implements AutoCloseable {
  private final Kvm kvm;
  private final int idleMax;
  private final Deque<MicroMachine> idle = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param kvm closed with the pool
   * @param idleMax machines kept; 0: each is used once
   */
  public MicroPool(Kvm kvm, int idleMax) {
    this.kvm = kvm;
    this.idleMax = idleMax;
  }

  /**
   * A machine that holds an image: one that held it before, one of the same address space, or a new
   * one. To be given back.
   *
   * @throws dev.spore.kvm.KvmException if the host refuses a new one
   */
  public MicroMachine take(MicroImage image) {
    MicroMachine machine = find(image, true);
    if (machine == null) {
      machine = find(image, false);
    }
    if (machine == null) {
      return MicroMachine.create(kvm, image);
    }
    if (machine.image() != image) {
      machine.load(image);
    }
    return machine;
  }

  private synchronized @Nullable MicroMachine find(MicroImage image, boolean same) {
    // The one used last first: its memory is in the caches.
    for (Iterator<MicroMachine> it = idle.iterator(); it.hasNext(); ) {
      MicroMachine machine = it.next();
      boolean fits =
          same ? machine.image() == image : machine.image().space().equals(image.space());
      if (fits) {
        it.remove();
        return machine;
      }
    }
    return null;
  }

  /** Takes a machine back, pristine or not at all. */
  public void give(MicroMachine machine) {
    boolean kept = false;
    try {
      if (idleMax > 0 && machine.reset()) {
        kept = keep(machine);
      }
    } finally {
      if (!kept) {
        machine.close();
      }
    }
  }

  private boolean keep(MicroMachine machine) {
    MicroMachine oldest = null;
    synchronized (this) {
      if (closed) {
        return false;
      }
      idle.addFirst(machine);
      if (idle.size() > idleMax) {
        oldest = idle.removeLast();
      }
    }
    if (oldest != null) {
      oldest.close();
    }
    return true;
  }

  /** How many machines wait. */
  public synchronized int idle() {
    return idle.size();
  }

  /** Closes the machines that wait now and those given back later. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      idle.forEach(MicroMachine::close);
      idle.clear();
    }
    kvm.close();
  }
}
