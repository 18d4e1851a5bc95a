package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.GuestImages;
import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineEvent;
import dev.spore.vmm.MachineExit;
import dev.spore.vmm.MachineSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.ExecSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How machines end, what is said about it, and that nothing of them is left. */
@RequiresGuest
final class LifetimeTest {
  private static final long MEMORY_BYTES = 64 << 20;

  @TempDir Path dir;

  @Test
  void machinesThatSwitchOffOrResetLeaveNothingBehind() throws Exception {
    endsWithNothingLeft("poweroff", new MachineExit.PowerOff());
    endsWithNothingLeft("reboot", new MachineExit.Reset());
  }

  @Test
  @Tag("slow")
  void twentyBootsLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 20; i++) {
      endsWithNothingLeft(
          i % 2 == 0 ? "poweroff" : "reboot",
          i % 2 == 0 ? new MachineExit.PowerOff() : new MachineExit.Reset());
    }
  }

  private static void endsWithNothingLeft(String command, MachineExit expected) throws Exception {
    Footprint before = Footprint.ofThisProcess();
    Running cutOff;
    try (Guest guest = Guest.boot(Guest.spec().memoryBytes(MEMORY_BYTES).build())) {
      assertThat(Footprint.ofThisProcess().minus(before)).as("a running machine").isNotEmpty();
      cutOff = guest.start(ExecSpec.of("/bin/cat").withStdin());
      guest.agent().exec(ExecSpec.of("/bin/busybox", command, "-f"));
      assertThat(guest.machine().exit().get(Patience.COMMAND.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo(expected);
    }
    assertThatThrownBy(cutOff::await).hasCauseInstanceOf(SporeException.class);
    assertThat(Footprint.settled().minus(before)).isEmpty();
  }

  @Test
  void aPanicEndsTheMachineAndItsMessageIsShown() throws Exception {
    try (Machine machine = bootInit("exit", event -> {})) {
      assertThatThrownBy(() -> machine.agent(Patience.BOOT))
          .isInstanceOfSatisfying(
              SporeException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RUNTIME_START_FAILED))
          .hasMessageContaining("the guest ended before its agent answered")
          .hasMessageContaining("Attempted to kill init")
          .hasMessageContaining("init without an agent: exit");
      assertThat(machine.exit()).isCompletedWithValue(new MachineExit.Reset());
    }
  }

  @Test
  void aGuestWithoutAnAgentIsGivenUpWithThePhaseItReached() throws Exception {
    CountDownLatch initRuns = new CountDownLatch(1);
    StringBuilder console = new StringBuilder();
    Consumer<MachineEvent> listener =
        event -> {
          if (event instanceof MachineEvent.ConsoleOutput output) {
            console.append(new String(output.bytes(), StandardCharsets.UTF_8));
            if (console.indexOf("init without an agent: sleep") >= 0) {
              initRuns.countDown();
            }
          }
        };
    try (Machine machine = bootInit("sleep", listener)) {
      assertThatThrownBy(() -> machine.agent(Duration.ofMillis(1)))
          .isInstanceOf(SporeException.class)
          .hasMessageContaining("the guest was not ready after")
          .hasMessageContaining("the guest kernel has not started its socket driver");
      assertThat(initRuns.await(Patience.BOOT.toSeconds(), TimeUnit.SECONDS)).isTrue();

      assertThatThrownBy(() -> machine.agent(Duration.ofSeconds(30)))
          .isInstanceOfSatisfying(
              SporeException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RUNTIME_START_FAILED))
          .hasMessageContaining("the guest was not ready after 30 s")
          .hasMessageContaining("the guest kernel is up, and no agent listens")
          .hasMessageContaining("init without an agent: sleep");
      assertThat(machine.exit()).isNotDone();
    }
  }

  private Machine bootInit(String mode, Consumer<MachineEvent> listener) throws Exception {
    Path init = GuestPrograms.compile("init", dir);
    MachineSpec spec =
        MachineSpec.builder(GuestImages.kernel())
            .initrd(InitrdArchive.of(init, dir.resolve("initrd.cpio")))
            .memoryBytes(MEMORY_BYTES)
            .kernelArgument("mode=" + mode)
            .build();
    return Machine.boot(spec, listener);
  }
}
