package dev.spore.vmm;

import dev.spore.format.Bytes;
import dev.spore.format.manifest.Generation;
import dev.spore.kvm.Timeslice;
import dev.spore.virtio.console.ConsoleSink;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.LiveSessions;
import dev.spore.vmm.agent.ResumeSpec;
import dev.spore.vmm.board.Board;
import dev.spore.vmm.boot.CommandLine;
import dev.spore.vmm.quirk.Quirk;
import dev.spore.vmm.quirk.QuirkProfile;
import dev.spore.vmm.ram.GuestRam;
import dev.spore.vmm.ram.RestoredRam;
import dev.spore.vmm.vcpu.Vcpu;
import dev.spore.vmm.vcpu.VcpuExits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One virtual machine: boots, runs, ends, leaves nothing behind.
 *
 * <p>Thread-safe. Guest code runs on one platform thread per vCPU, device work on one per device,
 * events on one more; all are daemons and end in {@link #close()}.
 */
public final class Machine implements AutoCloseable {
  /** An attempt the guest refuses costs it 10 ms where its kernel is interpreted, else 50 µs. */
  private static final Duration RETRY_INTERPRETED = Duration.ofMillis(250);

  private static final Duration RETRY_HARDWARE = Duration.ofMillis(5);

  private final EventDelivery events;
  private final AtomicReference<@Nullable MachineExit> reason = new AtomicReference<>();
  private final CompletableFuture<MachineExit> exit = new CompletableFuture<>();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<MachineExit> closed = new CompletableFuture<>();
  private final Closeables resources = new Closeables();
  private final MachineParts parts;
  private final String memorySource;
  private final @Nullable RestoredRam memory;
  private final LiveSessions sessions;
  private final GuestFreezer freezer = new GuestFreezer(() -> connect(VmmLimits.AGENT_SLACK));
  private final MachineSaver saver;

  /** What the guest has to be told once; null when it has been. */
  private final AtomicReference<@Nullable FirstWord> unsaid = new AtomicReference<>();

  /** One save at a time, and none of a machine that is being closed. */
  private final ReentrantLock saving = new ReentrantLock();

  /** Parts and where they come from. */
  private record Assembled(MachineParts parts, MachineOrigin origin, String memorySource) {}

  /** Told to the agent before anybody else may use it. */
  private interface FirstWord {
    void tell(AgentClient agent, Duration timeout) throws InterruptedException;
  }

  /** Makes the parts of one machine. */
  private interface Assembly {
    Assembled assemble(Closeables owner, ConsoleSink console, Board.PowerSwitch power);
  }

  private Machine(Assembly assembly, Consumer<MachineEvent> listener) {
    this.events = new EventDelivery(listener);
    try {
      Assembled assembled = assembly.assemble(resources, events, powerSwitch());
      this.parts = assembled.parts();
      this.memorySource = assembled.memorySource();
      this.memory = assembled.origin().memory();
      this.sessions = new LiveSessions(assembled.origin().sessions());
      this.saver = new MachineSaver(parts, assembled.origin(), sessions, freezer);
      unsaid.set(firstWord(assembled.origin()));
    } catch (RuntimeException | Error e) {
      closeAfter(e, resources::close);
      throw e;
    }
  }

  /** The time, and for a copy who it is: drawn once, however often it has to be said. */
  private static FirstWord firstWord(MachineOrigin origin) {
    if (origin.parent() == null) {
      return AgentClient::setClock;
    }
    ResumeSpec identity = CloneIdentity.fresh(origin.generation(), origin.fork());
    return (agent, timeout) -> agent.resume(identity, timeout);
  }

  /**
   * Boots a machine: returns when its first vCPU thread has been started.
   *
   * @param events takes everything the machine has to say, see {@link MachineEvent}
   * @throws SporeException usage.invalid_argument, object.* or host.*, naming what is wrong
   */
  public static Machine boot(MachineSpec spec, Consumer<MachineEvent> events) {
    MachineSpecCheck.check(spec);
    Machine machine =
        new Machine((owner, console, power) -> booted(spec, owner, console, power), events);
    try {
      machine.start();
    } catch (RuntimeException | Error e) {
      closeAfter(e, machine::close);
      throw e;
    }
    return machine;
  }

  /**
   * Restores a saved machine: returns when its vCPUs run on. Its processes stand still until the
   * first {@link #agent} has given it an identity of its own.
   *
   * @param events as for {@link #boot}
   * @throws SporeException object.invalid for a spore that is damaged or of another kind of
   *     machine, host.unsupported naming what this host lacks; no guest instruction has run then
   */
  public static Machine restore(RestoreSpec spec, Consumer<MachineEvent> events) {
    MachineRestore.requireFit(spec.spore().manifest());
    CompletableFuture<SporeException> memoryLost = new CompletableFuture<>();
    Machine machine =
        new Machine(
            (owner, console, power) -> restored(spec, memoryLost, owner, console, power), events);
    CompletableFuture<Void> ended =
        memoryLost.thenAccept(reason -> machine.ended(new MachineExit.MemoryLost(reason)));
    try {
      if (ended.isDone()) {
        throw memoryLost.join();
      }
      machine.start();
    } catch (RuntimeException | Error e) {
      closeAfter(e, machine::close);
      throw e;
    }
    return machine;
  }

  private static Assembled restored(
      RestoreSpec spec,
      CompletableFuture<SporeException> memoryLost,
      Closeables owner,
      ConsoleSink console,
      Board.PowerSwitch power) {
    // On the thread that found it lost: when that goes on, every vCPU has been told to stop.
    RestoredRam memory = owner.add(MachineRestore.memory(spec, memoryLost::complete));
    return new Assembled(
        MachineRestore.assemble(spec, memory.ram(), owner, console, power),
        MachineOrigin.restored(spec, memory),
        "%s (%s)".formatted(memory.source().id(), memory.reason()));
  }

  private static Assembled booted(
      MachineSpec spec, Closeables owner, ConsoleSink console, Board.PowerSwitch power) {
    KernelCopy copy = KernelCopy.start(spec, owner);
    GuestRam ram = owner.add(GuestRam.zero(spec.memoryBytes()));
    copy.into(ram.memory(), owner);
    List<DiskSource> disks = new ArrayList<>();
    spec.disks().forEach(disk -> disks.add(new DiskSource.Image(disk)));
    MachineParts parts = new MachineParts(ram, spec.vcpus(), null, disks, owner, console, power);
    CommandLine line = parts.commandLine(spec);
    HostRandom random = new HostRandom();
    parts.vcpus.enterAt(copy.join().finish(line, spec.vcpus(), random));
    byte[] lineage = new byte[Generation.LINEAGE_BYTES];
    random.nextBytes(lineage);
    MachineOrigin origin = MachineOrigin.booted(spec, line.text(), Bytes.of(lineage));
    return new Assembled(parts, origin, "fresh");
  }

  private static void closeAfter(Throwable failure, Runnable close) {
    try {
      close.run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void start() {
    events.start();
    parts.startDevices();
    VcpuExits exits = new VcpuExits(parts.board.ports(), parts.mmio(), parts.assists, this::ended);
    parts.vcpus.start(
        exits, this::claimTime, () -> events.post(new MachineEvent.FirstRun(System.nanoTime())));
  }

  /**
   * The guest's clock has fallen behind whenever its vCPU gets the processor, so the first thing it
   * does is a tick. Where that takes milliseconds and many guests wait for their turn, short turns
   * would go into ticks alone. Where it is refused, guests are slower and nothing else: no reason
   * to set up a logger on a vCPU thread.
   */
  private void claimTime() {
    if (parts.quirks.has(Quirk.INTERPRETED_KERNEL)) {
      var _ = Timeslice.request(VmmLimits.INTERPRETED_TIMESLICE);
    }
  }

  /**
   * Waits until the guest's agent answers. Each call makes a connection of its own.
   *
   * @throws SporeException runtime.start_failed saying how far the guest came
   */
  public AgentClient agent(Duration timeout) throws InterruptedException {
    AgentClient client = connect(timeout);
    FirstWord word = unsaid.get();
    if (word != null) {
      tell(word, client, timeout);
      // Not before: after a failure the next connection has to say it, too.
      unsaid.compareAndSet(word, null);
    }
    freezer.connected(client);
    events.post(new MachineEvent.AgentReady(System.nanoTime()));
    return client;
  }

  /** The agent serves one connection: if this fails, the next one must not find it in use. */
  private static void tell(FirstWord word, AgentClient client, Duration timeout)
      throws InterruptedException {
    boolean told = false;
    try {
      word.tell(client, timeout);
      told = true;
    } finally {
      if (!told) {
        client.close();
      }
    }
  }

  private AgentClient connect(Duration timeout) throws InterruptedException {
    Duration retry =
        parts.quirks.has(Quirk.INTERPRETED_KERNEL) ? RETRY_INTERPRETED : RETRY_HARDWARE;
    return new AgentConnector(this, parts.vsock, sessions, retry, timeout).connect();
  }

  /**
   * Saves the machine as a spore. Its processes are made to stand still for it, so that none runs
   * in a copy that has no identity yet.
   *
   * @throws SporeException naming what went wrong; nothing is published then and the machine goes
   *     on as if nothing had been asked
   */
  public SaveReport save(SaveSpec spec) throws InterruptedException {
    saving.lockInterruptibly();
    try {
      if (closing.get() || exit.isDone()) {
        throw new SporeException(
            ErrorCode.RUNTIME_EXECUTION_FAILED,
            "the machine has ended, there is nothing to save; save it while it runs");
      }
      return saver.save(spec);
    } finally {
      saving.unlock();
    }
  }

  /** Completes when the machine has ended, whoever ended it. */
  public CompletableFuture<MachineExit> exit() {
    return exit.copy();
  }

  /** Where its memory came from and why, for a human; {@code fresh} if it was booted. */
  public String memorySource() {
    return memorySource;
  }

  /** The quirks of the host it runs on. */
  public QuirkProfile quirks() {
    return parts.quirks;
  }

  /** Waits until the machine has ended, or for {@code timeout}. */
  void awaitExit(Duration timeout) throws InterruptedException {
    try {
      exit.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException stillRunning) {
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit reason is never an exception", e);
    }
  }

  /** The console's end as an appendix to a message, or a word that it was silent. */
  String consoleForMessage() {
    String text = consoleTail().strip();
    return text.isEmpty()
        ? "; the guest wrote nothing to its console"
        : "; the end of its console:\n" + text.indent(2).stripTrailing();
  }

  /** The last console output, for messages. */
  public String consoleTail() {
    return events.consoleTail();
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
      Map<String, Long> counters = new HashMap<>(slot.device().metrics());
      slot.transport().metrics().forEach((name, count) -> counters.put("mmio_" + name, count));
      devices.put(slot.device().name() + "-" + slot.number(), counters);
    }
    return new MachineMetrics(
        inside,
        outside,
        exits,
        parts.assists.counts(),
        parts.board.ports().refusedAccesses(),
        parts.mmio().refusedAccesses(),
        devices);
  }

  /**
   * Stops the machine if it still runs and frees everything it had. Idempotent, any thread; a
   * second caller waits for the first, unless it is the event listener, which the first waits for.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      if (!events.isListening()) {
        closed.join();
      }
      return;
    }
    ended(new MachineExit.Closed());
    // A save in hand ends first; what it holds of the machine must not be unmapped under it.
    saving.lock();
    try {
      parts.vcpus.stop();
      resources.close();
    } finally {
      saving.unlock();
      MachineExit why = Objects.requireNonNull(reason.get());
      events.close(new MachineEvent.Exited(why));
      closed.complete(why);
    }
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

  /**
   * Any thread; the first reason counts. The future completes on a thread of its own, for what
   * depends on it may close the machine, and closing waits for the vCPU thread this may be.
   */
  private void ended(MachineExit why) {
    if (memory != null && reason.get() == null && !(why instanceof MachineExit.MemoryLost)) {
      // A guest whose memory was cut off ends in any way; if that is why, we are told, and it
      // counts.
      var _ = memory.lost();
    }
    if (reason.compareAndSet(null, why)) {
      parts.vcpus.requestStop();
      parts.vsock.close();
      exit.completeAsync(
          () -> why, task -> Thread.ofPlatform().daemon().name("machine-exit").start(task));
    }
  }
}
