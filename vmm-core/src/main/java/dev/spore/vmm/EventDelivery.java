package dev.spore.vmm;

import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.console.BoundedOutput;
import dev.spore.virtio.console.ConsoleSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a machine's events to its listener, on a thread of its own: what the listener throws is
 * logged, and one that blocks holds up nothing but itself. Console output it is too slow for is
 * dropped, oldest first. Any thread.
 */
final class EventDelivery implements ConsoleSink {
  private static final int CONSOLE_PENDING_BYTES = 256 << 10;
  private static final int CONSOLE_EVENT_BYTES = 16 << 10;

  private final Consumer<MachineEvent> listener;
  private final RateLimitedLog log = new RateLimitedLog("dev.spore.vmm", "event listener");
  private final ConsoleTail tail = new ConsoleTail();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("machine-events").unstarted(this::run);

  // Guarded by this. A machine has few events that are not console output: no bound is needed.
  private final Deque<MachineEvent> waiting = new ArrayDeque<>();
  private final BoundedOutput console = new BoundedOutput(CONSOLE_PENDING_BYTES);
  private @Nullable MachineEvent last;
  private boolean abandoned;
  private boolean ended;

  EventDelivery(Consumer<MachineEvent> listener) {
    this.listener = listener;
  }

  void start() {
    thread.start();
  }

  /** Queues an event that is not console output; it overtakes console output not yet delivered. */
  synchronized void post(MachineEvent event) {
    waiting.add(event);
    notifyAll();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    tail.append(bytes, offset, length);
    synchronized (this) {
      console.write(bytes, offset, length);
      notifyAll();
    }
  }

  /** The newest console output, delivered or not. */
  String consoleTail() {
    return tail.text();
  }

  /** Whether this is called by the listener. */
  boolean isListening() {
    return Thread.currentThread().equals(thread);
  }

  /**
   * Ends the stream with {@code event} once everything before it is delivered, and waits for that:
   * a listener that takes longer than {@link VmmLimits#LISTENER_GRACE} is interrupted, and its
   * thread left to itself if that does not help. Returns at once on the listener's own thread.
   */
  void close(MachineEvent event) {
    synchronized (this) {
      if (last == null) {
        last = event;
      }
      notifyAll();
    }
    if (isListening() || joined()) {
      return;
    }
    synchronized (this) {
      abandoned = true;
    }
    thread.interrupt();
    if (!joined()) {
      log.hostFault(() -> "does not return; its thread is left behind");
    }
  }

  private boolean joined() {
    long end = System.nanoTime() + VmmLimits.LISTENER_GRACE.toNanos();
    boolean interrupted = false;
    boolean done = !thread.isAlive();
    for (long left = end - System.nanoTime(); !done && left > 0; left = end - System.nanoTime()) {
      try {
        done = thread.join(Duration.ofNanos(left));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return done;
  }

  private void run() {
    for (MachineEvent event = next(); event != null; event = next()) {
      try {
        listener.accept(event);
      } catch (RuntimeException | Error e) {
        log.hostFault(() -> "threw " + e);
      }
    }
  }

  /** Waits for the next event; null after the last one. */
  private synchronized @Nullable MachineEvent next() {
    while (true) {
      if (!waiting.isEmpty()) {
        return waiting.remove();
      }
      byte[] bytes = abandoned ? new byte[0] : console.tryTake(CONSOLE_EVENT_BYTES);
      if (bytes.length > 0) {
        return new MachineEvent.ConsoleOutput(bytes);
      }
      if (last != null) {
        boolean first = !ended;
        ended = true;
        return first ? last : null;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        // Meant for the listener, which had returned; this thread ends by the last event.
      }
    }
  }
}
