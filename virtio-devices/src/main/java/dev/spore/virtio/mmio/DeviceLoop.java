package dev.spore.virtio.mmio;

import dev.spore.virtio.Doorbell;
import dev.spore.virtio.Limits;
import java.time.Duration;

/**
 * The thread of one device: waits at the doorbell, lets the device work until nothing is left,
 * waits again.
 */
public final class DeviceLoop implements Runnable, AutoCloseable {
  private final MmioTransport transport;
  private final Doorbell doorbell;
  private final Thread thread;
  private final Duration patience;
  private volatile boolean closed;

  private DeviceLoop(MmioTransport transport, String threadName, Duration patience) {
    this.transport = transport;
    this.patience = patience;
    this.doorbell = transport.doorbell();
    this.thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this);
  }

  /** Starts the thread of {@code transport}'s device: a platform thread, for it blocks in I/O. */
  public static DeviceLoop start(MmioTransport transport, String threadName) {
    return start(transport, threadName, Duration.ofNanos(Limits.DEVICE_END_NANOS_MAX));
  }

  /**
   * @param patience how long {@link #close()} waits before it interrupts, and again after
   */
  static DeviceLoop start(MmioTransport transport, String threadName, Duration patience) {
    DeviceLoop loop = new DeviceLoop(transport, threadName, patience);
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
   * Ends the thread after the batch it is in. One that does not come out of it in time is
   * interrupted, and one that heeds that neither (a read from storage that is gone cannot be ended)
   * is left behind with a word in the log, so that closing a machine comes to an end. Idempotent;
   * not from the device thread.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    doorbell.close();
    if (ends()) {
      return;
    }
    // The interruption of a read or write closes the file: nobody else will use it any more.
    thread.interrupt();
    if (!ends()) {
      transport.leftBehind();
    }
  }

  /** Whether the thread ends in time; an interruption of the caller is kept for later. */
  private boolean ends() {
    long start = System.nanoTime();
    boolean interrupted = false;
    try {
      while (true) {
        Duration left = patience.minusNanos(System.nanoTime() - start);
        try {
          return thread.join(left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
