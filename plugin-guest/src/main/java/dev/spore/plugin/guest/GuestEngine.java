package dev.spore.plugin.guest;

import dev.spore.kvm.Kvm;
import dev.spore.micro.MicroExit;
import dev.spore.micro.MicroImage;
import dev.spore.micro.MicroLimits;
import dev.spore.micro.MicroMachine;
import dev.spore.micro.MicroPool;
import dev.spore.plugin.RunException;
import dev.spore.plugin.RunException.Family;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.Engine;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.run.StepSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs in machines of ring 3 alone. Outcomes, steps and texts are those of {@link
 * dev.spore.plugin.run.Interpreter}. Thread-safe.
 */
public final class GuestEngine implements Engine, AutoCloseable {
  private static final byte[] INTERPRETER = interpreter();

  private final MicroPool pool;
  private final Map<Program, Prepared> prepared = new WeakHashMap<>();

  /** A program for runs of one memory limit. */
  private record Prepared(long memoryBytes, GuestLayout layout, MicroImage image) {}

  /**
   * @param kvm closed with the engine
   */
  public GuestEngine(Kvm kvm) {
    this.pool = new MicroPool(kvm, GuestLimits.IDLE_MACHINES_MAX);
  }

  private static byte[] interpreter() {
    try (InputStream in = GuestEngine.class.getResourceAsStream("interpreter.bin")) {
      if (in == null) {
        throw new IllegalStateException("built without interpreter.bin");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why this engine cannot run a program within limits, if so; then nothing of it has run. */
  public static Optional<String> refusal(Program program, RunLimits limits) {
    if (limits.memoryBytes() > GuestLimits.RUN_MEMORY_BYTES_MAX) {
      return Optional.of(
          "a memory limit of "
              + limits.memoryBytes()
              + " bytes is more than the "
              + GuestLimits.RUN_MEMORY_BYTES_MAX
              + " it can keep");
    }
    long bytes = GuestProgram.bytes(program.module());
    if (bytes > GuestLimits.IMAGE_BYTES_MAX) {
      return Optional.of(
          "module "
              + program.module().name()
              + " takes "
              + bytes
              + " bytes, at most "
              + GuestLimits.IMAGE_BYTES_MAX
              + " fit");
    }
    return Optional.empty();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException with the {@link #refusal} if there is one
   * @throws dev.spore.kvm.KvmException if the host refuses a machine
   */
  @Override
  public Outcome run(
      Program program,
      String entry,
      RunLimits limits,
      @Nullable Duration wallTime,
      Capabilities capabilities,
      @Nullable StepSink sink) {
    Long index = program.module().exports().get(entry);
    if (index == null) {
      return new Outcome.Failed(new RunException(Family.RUNTIME, "missing entry export " + entry));
    }
    Prepared guest = prepare(program, limits);
    MicroMachine machine = pool.take(guest.image());
    MicroExit last = new MicroExit.Broken("not started");
    try {
      Mailbox box = new Mailbox(machine.memory());
      box.begin(guest.layout(), index, limits, sink != null);
      machine.start(
          GuestLayout.CODE,
          GuestLayout.STACK_TOP - Long.BYTES,
          GuestLayout.BOX,
          MicroLimits.DOORBELL,
          wallTime);
      Doorbell doorbell =
          new Doorbell(
              program.module(),
              limits,
              wallTime,
              guest.layout(),
              capabilities,
              sink,
              machine.memory());
      boolean warned = false;
      Outcome outcome = null;
      while (outcome == null) {
        last = machine.run();
        if (last instanceof MicroExit.Expired && !warned) {
          warned = true;
          box.stop();
          machine.extend(GuestLimits.GRACE);
        } else {
          outcome = answer(last, doorbell);
        }
      }
      return outcome;
    } catch (GuestException e) {
      last = new MicroExit.Broken("said " + e.getMessage());
      return broken(last);
    } catch (RuntimeException | Error e) {
      last = new MicroExit.Broken("left alone by its host");
      throw e;
    } finally {
      machine.finish(last);
      pool.give(machine);
    }
  }

  private @Nullable Outcome answer(MicroExit exit, Doorbell doorbell) {
    return switch (exit) {
      case MicroExit.Doorbell(int kind) -> doorbell.ring(kind);
      case MicroExit.Expired _ -> doorbell.cutOff();
      case MicroExit.Fault _, MicroExit.Broken _ -> broken(exit);
    };
  }

  private static Outcome broken(MicroExit exit) {
    return new Outcome.Failed(
        new RunException(Family.RUNTIME, "the plugin's machine was stopped: " + exit));
  }

  private synchronized Prepared prepare(Program program, RunLimits limits) {
    Prepared known = prepared.get(program);
    if (known != null && known.memoryBytes() == limits.memoryBytes()) {
      return known;
    }
    refusal(program, limits)
        .ifPresent(why -> {
          throw new IllegalArgumentException(why);
        });
    int bytes = (int) GuestProgram.bytes(program.module());
    GuestLayout layout = GuestLayout.of(limits.memoryBytes(), bytes);
    byte[] image = GuestProgram.encode(program.module(), layout.image());
    Prepared fresh =
        new Prepared(
            limits.memoryBytes(),
            layout,
            new MicroImage(
                layout.space(),
                List.of(
                    new MicroImage.Part(GuestLayout.CODE, INTERPRETER),
                    new MicroImage.Part(layout.image(), image))));
    prepared.put(program, fresh);
    return fresh;
  }

  /** Closes the machines that wait. Idempotent. */
  @Override
  public void close() {
    pool.close();
  }
}
