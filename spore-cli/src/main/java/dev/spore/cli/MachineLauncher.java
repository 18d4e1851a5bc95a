package dev.spore.cli;

import dev.spore.vmm.DiskSpec;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineEvent;
import dev.spore.vmm.MachineSpec;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.AgentInfo;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Boots machines through the monitor library. */
final class MachineLauncher implements GuestLauncher {
  @Override
  public Guest boot(
      RunRequest request, OutputStream console, Timeline timeline, Cancellation canceler)
      throws InterruptedException {
    BaseMachines bases = BaseMachines.of(request);
    Machine machine = start(request, bases, event -> hear(event, console, timeline), timeline);
    canceler.onCancel(machine);
    boolean ready = false;
    try {
      AgentClient agent = machine.agent(request.bootTimeout());
      Rootfs rootfs = request.rootfs();
      if (rootfs != null) {
        requireRoot(agent.info(), rootfs);
      }
      if (bases != null && bases.isWanted()) {
        bases.keep(machine);
      }
      ready = true;
      return new MachineGuest(machine, agent, rootfs != null && rootfs.writable());
    } finally {
      if (!ready) {
        machine.close();
      }
    }
  }

  private static Machine start(
      RunRequest request,
      @Nullable BaseMachines bases,
      Consumer<MachineEvent> events,
      Timeline timeline) {
    Path from = request.from();
    Machine saved = null;
    String what = "from the machine kept for starts like this one";
    if (from != null) {
      saved = Machine.restore(savedSpec(request, from), events);
      what = "from " + from;
    } else if (bases != null) {
      saved = bases.restore(events);
    }
    if (saved != null) {
      timeline.started("restored", what + "; memory " + saved.memorySource());
      return saved;
    }
    timeline.started("booted", bases == null ? unkept(request) : bases.reason());
    return Machine.boot(spec(request), events);
  }

  private static String unkept(RunRequest request) {
    return request.cold() ? "--cold was given" : "no machine is kept for this";
  }

  private static RestoreSpec savedSpec(RunRequest request, Path from) {
    RunRequest.Sibling sibling = request.sibling();
    RestoreSpec spec =
        new RestoreSpec(
            Spore.open(from),
            request.scratch(),
            request.restore(),
            Optional.of(request.backings()),
            sibling == null ? Optional.empty() : Optional.ofNullable(sibling.fork()),
            false);
    if (sibling != null) {
      shareMemory(spec);
    }
    return spec;
  }

  /** Has all machines of the same memory map one file, unless the user wants it otherwise. */
  private static void shareMemory(RestoreSpec spec) {
    boolean wanted =
        switch (spec.memory()) {
          case AUTO, BACKING -> true;
          case EAGER, LAZY -> false;
        };
    if (!wanted) {
      return;
    }
    try {
      spec.buildBacking();
    } catch (SporeException e) {
      if (e.code() != ErrorCode.CACHE_UNAVAILABLE) {
        throw e;
      }
      // Each gets memory of its own then; the start's reason says why.
      System.getLogger(MachineLauncher.class.getName())
          .log(System.Logger.Level.DEBUG, "memory is not shared", e);
    }
  }

  /** The guest knows the image by its device alone; the user by its file. */
  private static void requireRoot(AgentInfo info, Rootfs rootfs) {
    try {
      info.requireRoot();
    } catch (SporeException e) {
      throw new SporeException(e.code(), "--rootfs " + rootfs.image() + ": " + e.getMessage(), e);
    }
  }

  private static MachineSpec spec(RunRequest request) {
    MachineSpec.Builder spec =
        MachineSpec.builder(Objects.requireNonNull(request.kernel()))
            .memoryBytes(request.memoryBytes())
            .vcpus(request.vcpus())
            .initrd(Objects.requireNonNull(request.initrd()));
    Rootfs rootfs = request.rootfs();
    if (rootfs != null) {
      spec.disk(new DiskSpec(rootfs.image(), !rootfs.writable()));
      spec.kernelArgument("spore.rootfs=/dev/vda");
      if (rootfs.writable()) {
        spec.kernelArgument("spore.rootfs_rw=1");
      }
    }
    return spec.build();
  }

  private static void hear(MachineEvent event, OutputStream console, Timeline timeline) {
    switch (event) {
      case MachineEvent.FirstRun run -> timeline.markAt(Timeline.Mark.FIRST_RUN, run.nanoTime());
      case MachineEvent.ConsoleOutput output -> write(console, output.bytes());
      case MachineEvent.AgentReady ready ->
          timeline.markAt(Timeline.Mark.AGENT_READY, ready.nanoTime());
      case MachineEvent.Exited exited -> {}
    }
  }

  private static void write(OutputStream console, byte[] bytes) {
    try {
      console.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
