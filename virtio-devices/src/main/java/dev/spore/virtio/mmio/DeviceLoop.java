package dev.spore.virtio.mmio;

import dev.spore.virtio.Doorbell;

/**
 * The thread of one device: waits at the doorbell, lets the device work until nothing is left,
 * waits again.
 */
public final class DeviceLoop implements Runnable, AutoCloseable {
  private final MmioTransport transport;
  private final Doorbell doorbell;
  private final Thread thread;
  private volatile boolean closed;

  private DeviceLoop(MmioTransport transport, String threadName) {
    this.transport = transport;
    this.doorbell = transport.doorbell();
    this.thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this);
  }

  /** Starts the thread of {@code transport}'s device: a platform thread, for it blocks in I/O. */
  public static DeviceLoop start(MmioTransport transport, String threadName) {
    DeviceLoop loop = new DeviceLoop(transport, threadName);
    loop.thread.start();
    return loop;
  }

  @Override
  public void run() {
    while (!closed && doorbell.await()) {
      serviceAll();
    }
  }

  private void serviceAll() {
    try {
      while (!closed && transport.service()) {
        Thread.onSpinWait();
      }
    } catch (RuntimeException | InternalError e) {
      // A fault of one device (InternalError: a mapped file shrank) must not end its thread, for
      // then no reset could revive it.
      transport.hostFault(e);
    }
  }

  /**
   * Ends the thread after the batch it is in, and waits for that. Idempotent; not from the device
   * thread.
   */
  @Override
  public void close() {
    closed = true;
    doorbell.close();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
