package dev.spore.plugin.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.guest.EngineChoice.Wanted;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Value;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class EngineChoiceTest {
  private static final Program PROGRAM =
      Program.of(Assembler.assemble(".module \"t\"\n.fn main r1\nconst r0, 5\nret r0\n.end\n"));
  private static final Path NO_DEVICE = Path.of("/dev/null");
  private static final RunLimits MUCH =
      new RunLimits(null, null, null, null, GuestLimits.RUN_MEMORY_BYTES_MAX + 1);

  private static void runs(EngineChoice choice) {
    Outcome outcome =
        choice
            .engine()
            .run(
                PROGRAM,
                "main",
                RunLimits.sandbox(),
                null,
                (capability, args) -> {
                  throw new AssertionError("no capability is declared");
                },
                null);
    assertThat(outcome).isEqualTo(new Outcome.Returned(new Value.I64(5)));
  }

  @Test
  @RequiresKvm
  void takesTheMachineWhereItCan() {
    for (Wanted wanted : new Wanted[] {Wanted.AUTO, Wanted.KVM}) {
      try (EngineChoice choice = EngineChoice.of(wanted, PROGRAM, RunLimits.sandbox())) {
        assertThat(choice.name()).isEqualTo("kvm");
        runs(choice);
      }
    }
    try (EngineChoice choice = EngineChoice.ofHost()) {
      assertThat(choice.name()).isEqualTo("kvm");
      assertThat(choice.why()).contains("/dev/kvm");
    }
  }

  @Test
  void takesJavaWhenAskedTo() {
    try (EngineChoice choice = EngineChoice.of(Wanted.JAVA, PROGRAM, RunLimits.sandbox())) {
      assertThat(choice.name()).isEqualTo("java");
      assertThat(choice.why()).isEqualTo("asked for");
      runs(choice);
    }
  }

  @Test
  void takesJavaAndSaysWhyWhereItMust() {
    try (EngineChoice choice =
        EngineChoice.of(Wanted.AUTO, PROGRAM, RunLimits.sandbox(), NO_DEVICE)) {
      assertThat(choice.name()).isEqualTo("java");
      assertThat(choice.why()).contains("/dev/null");
      runs(choice);
    }
    try (EngineChoice choice = EngineChoice.of(Wanted.AUTO, PROGRAM, MUCH)) {
      assertThat(choice.name()).isEqualTo("java");
      assertThat(choice.why()).contains("memory limit of 67108865 bytes");
    }
  }

  @Test
  void neverTakesAnotherThanTheOneAskedFor() {
    assertThatThrownBy(() -> EngineChoice.of(Wanted.KVM, PROGRAM, RunLimits.sandbox(), NO_DEVICE))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll("engine kvm", "/dev/null", "engine java");
    assertThatThrownBy(() -> EngineChoice.of(Wanted.KVM, PROGRAM, MUCH))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("memory limit");
  }
}
