package dev.spore.vmm;

import dev.spore.virtio.console.BoundedOutput;
import dev.spore.vmm.board.Board;
import dev.spore.vmm.quirk.QuirkProfile;
import dev.spore.vmm.vcpu.Vcpu;
import dev.spore.vmm.vcpu.VcpuExits;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One virtual machine: boots, runs, ends, leaves nothing behind.
 *
 * <p>Thread-safe. Guest code runs on one platform thread per vCPU, device work on one per device,
 * console events on one more; all are daemons and end in {@link #close()}.
 */
public final class Machine implements AutoCloseable {
  private static final int CONSOLE_PENDING_BYTES = 256 << 10;
  private static final int CONSOLE_EVENT_BYTES = 16 << 10;

  private final Consumer<MachineEvent> events;
  private final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ConsoleTail tail = new ConsoleTail();
  private final BoundedOutput console = new BoundedOutput(CONSOLE_PENDING_BYTES);
  private final Closeables resources = new Closeables();
  private final MachineParts parts;
  private final Thread consoleThread;

  private Machine(MachineSpec spec, Consumer<MachineEvent> events) {
    this.events = events;
    boolean assembled = false;
    try {
      this.parts = new MachineParts(spec, resources, console, powerSwitch());
      assembled = true;
    } finally {
      if (!assembled) {
        resources.close();
      }
    }
    this.consoleThread =
        Thread.ofPlatform().daemon().name("console-events").unstarted(this::pumpConsole);
  }

  /**
   * Boots a machine: returns when its first vCPU thread has been started.
   *
   * @param events takes everything the machine has to say, see {@link MachineEvent}
   * @throws SporeException usage.invalid_argument, object.* or host.*, naming what is wrong
   */
  public static Machine boot(MachineSpec spec, Consumer<MachineEvent> events) {
    MachineSpecCheck.check(spec);
    Machine machine = new Machine(spec, events);
    machine.start();
    return machine;
  }

  private void start() {
    consoleThread.start();
    parts.startDevices();
    VcpuExits exits = new VcpuExits(parts.ports, parts.mmio(), parts.assists, this::ended);
    parts.vcpus.start(exits, () -> events.accept(new MachineEvent.FirstRun(System.nanoTime())));
  }

  /** Completes when the machine has ended, whoever ended it. */
  public CompletableFuture<MachineExit> exit() {
    return exit.copy();
  }

  /** The quirks of the host it runs on. */
  public QuirkProfile quirks() {
    return parts.quirks;
  }

  /** The last console output, for messages. */
  public String consoleTail() {
    return tail.text();
  }

  /** Counters as they are now. */
  public MachineMetrics metrics() {
    long inside = 0;
    long outside = 0;
    Map<Integer, Long> exits = new HashMap<>();
    for (Vcpu vcpu : parts.vcpus.all()) {
      inside += vcpu.metrics().insideNanos();
      outside += vcpu.metrics().outsideNanos();
      vcpu.metrics().exits().forEach((reason, count) -> exits.merge(reason, count, Long::sum));
    }
    Map<String, Map<String, Long>> devices = new HashMap<>();
    for (VirtioSlot<?> slot : parts.slots()) {
      devices.put(slot.device().name() + "-" + slot.number(), slot.transport().metrics());
    }
    return new MachineMetrics(
        inside,
        outside,
        exits,
        parts.assists.counts(),
        parts.ports.refusedAccesses(),
        parts.mmio().refusedAccesses(),
        devices);
  }

  /** Stops the machine if it still runs and frees everything it had. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    ended(new MachineExit.Closed());
    parts.vcpus.stop();
    resources.close();
    console.close();
    joinConsole();
    events.accept(new MachineEvent.Exited(exit.join()));
  }

  private Board.PowerSwitch powerSwitch() {
    return new Board.PowerSwitch() {
      @Override
      public void powerOff() {
        ended(new MachineExit.PowerOff());
      }

      @Override
      public void reset() {
        ended(new MachineExit.Reset());
      }
    };
  }

  /** Any thread; the first reason counts. The other vCPUs stop at their next exit or kick. */
  private void ended(MachineExit reason) {
    if (exit.complete(reason)) {
      parts.vcpus.requestStop();
    }
  }

  private void pumpConsole() {
    try {
      for (byte[] bytes = console.take(CONSOLE_EVENT_BYTES);
          bytes.length > 0;
          bytes = console.take(CONSOLE_EVENT_BYTES)) {
        tail.append(bytes);
        events.accept(new MachineEvent.ConsoleOutput(bytes));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void joinConsole() {
    try {
      consoleThread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
