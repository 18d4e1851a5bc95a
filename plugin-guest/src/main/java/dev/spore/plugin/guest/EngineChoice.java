package dev.spore.plugin.guest;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmException;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.Engine;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Value;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The engine for a run, and why it is this one. */
public final class EngineChoice implements AutoCloseable {
  /** What a user can ask for. */
  public enum Wanted {
    /** The machine where it is possible, else Java. */
    AUTO,
    KVM,
    JAVA
  }

  /** What the probe counts, and more. */
  private static final long PROBE_BYTES = 1024;

  /** The smallest program whose result shows that a machine has computed. */
  private static final class Probe {
    static final Program PROGRAM =
        Program.of(
            Assembler.assemble(
                """
                .module "probe"
                .fn main r2
                  const r0, 20
                  const r1, 1.5
                  add r0, r0, r1
                  ret r0
                .end
                """));
    static final Outcome EXPECTED = new Outcome.Returned(new Value.F64(21.5));
    static final Capabilities NOTHING =
        (capability, args) -> {
          throw new IllegalStateException("not declared: " + capability.id());
        };
  }

  private final Engine engine;
  private final String name;
  private final String why;
  private final @Nullable GuestEngine guest;

  private EngineChoice(Engine engine, String name, String why, @Nullable GuestEngine guest) {
    this.engine = engine;
    this.name = name;
    this.why = why;
    this.guest = guest;
  }

  /**
   * Chooses for a program and its limits.
   *
   * @throws EngineException if engine {@code kvm} is wanted and cannot run it
   */
  public static EngineChoice of(Wanted wanted, Program program, RunLimits limits) {
    return of(wanted, program, limits, Kvm.DEVICE);
  }

  static EngineChoice of(Wanted wanted, Program program, RunLimits limits, Path device) {
    if (wanted == Wanted.JAVA) {
      return java("asked for");
    }
    Optional<String> refusal = GuestEngine.refusal(program, limits);
    return refusal.isPresent()
        ? otherwise(wanted, refusal.get())
        : machine(wanted, limits.memoryBytes(), device);
  }

  /** What this host has for programs that nothing is wrong with. */
  public static EngineChoice ofHost() {
    return machine(Wanted.AUTO, RunLimits.sandbox().memoryBytes(), Kvm.DEVICE);
  }

  /** Believes in machines when one has run; the program will have the same one. */
  private static EngineChoice machine(Wanted wanted, long memoryBytes, Path device) {
    try {
      GuestEngine guest = new GuestEngine(Kvm.open(device));
      Optional<String> trouble = trouble(guest, memoryBytes);
      if (trouble.isEmpty()) {
        String why = wanted == Wanted.KVM ? "asked for" : device + " runs it";
        return new EngineChoice(guest, "kvm", why, guest);
      }
      guest.close();
      return otherwise(wanted, trouble.get());
    } catch (KvmException e) {
      return otherwise(wanted, String.valueOf(e.getMessage()));
    }
  }

  private static Optional<String> trouble(GuestEngine guest, long memoryBytes) {
    RunLimits limits = new RunLimits(null, null, null, null, Math.max(memoryBytes, PROBE_BYTES));
    try {
      Outcome outcome = guest.run(Probe.PROGRAM, "main", limits, null, Probe.NOTHING, null);
      return outcome.equals(Probe.EXPECTED)
          ? Optional.empty()
          : Optional.of("a machine of ring 3 does not run here as it should: " + outcome);
    } catch (KvmException e) {
      guest.close();
      throw e;
    }
  }

  private static EngineChoice otherwise(Wanted wanted, String why) {
    if (wanted == Wanted.KVM) {
      throw new EngineException("engine kvm: " + why + "; engine java runs everywhere");
    }
    return java(why);
  }

  private static EngineChoice java(String why) {
    return new EngineChoice(
        (program, entry, limits, wallTime, capabilities, sink) ->
            Interpreter.run(program, entry, limits, capabilities, sink),
        "java",
        why,
        null);
  }

  public Engine engine() {
    return engine;
  }

  /** As the command line has it: {@code kvm} or {@code java}. */
  public String name() {
    return name;
  }

  /** For people: why this one. */
  public String why() {
    return why;
  }

  /** Closes the engine. */
  @Override
  public void close() {
    if (guest != null) {
      guest.close();
    }
  }
}
