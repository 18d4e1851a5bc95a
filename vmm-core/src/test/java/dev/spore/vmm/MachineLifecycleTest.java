package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.vmm.quirk.Quirk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How machines start and end, with guests that need no Linux. */
@RequiresKvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MachineLifecycleTest {
  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() {
    Footprint left = Footprint.now();
    assertThat(left.threads()).isEmpty();
    assertThat(left.pages()).isEmpty();
    assertThat(left.descriptors()).isEmpty();
  }

  private MachineExit run(MachineSpec.Builder spec) throws Exception {
    try (Machine machine = Machine.boot(spec.build(), event -> {})) {
      return machine.exit().get(100, TimeUnit.SECONDS);
    }
  }

  private MachineExit run(String listing) throws Exception {
    return run(GuestKernel.spec(directory, listing));
  }

  @Test
  void powerPortEndsInPowerOff() throws Exception {
    assertThat(run(GuestKernel.POWER_OFF)).isEqualTo(new MachineExit.PowerOff());
  }

  @Test
  void keyboardControllerPulseEndsInReset() throws Exception {
    assertThat(run(GuestKernel.RESET)).isEqualTo(new MachineExit.Reset());
  }

  @Test
  void exceptionWithoutHandlersEndsInTripleFault() throws Exception {
    assertThat(run("0f 0b  ud2")).isEqualTo(new MachineExit.TripleFault());
  }

  @Test
  void unmappedCodeEndsInTripleFault() throws Exception {
    String jump =
        """
        b8 00 00 00 80        mov eax, 2 GiB: the boot page tables end before
        ff e0                 jmp rax
        """;
    assertThat(run(jump)).isEqualTo(new MachineExit.TripleFault());
  }

  @Test
  void codeOutsideMemoryIsAFaultThatNamesTheAddress() throws Exception {
    String jump =
        """
        b8 00 00 00 10        mov eax, 256 MiB: mapped, but there is no RAM
        ff e0                 jmp rax
        """;
    assertThat(run(jump))
        .isInstanceOfSatisfying(
            MachineExit.Fault.class,
            fault -> assertThat(fault.message()).contains("rip 0x10000000").contains("no memory"));
  }

  @Test
  void instructionNobodyKnowsIsAFaultThatShowsItsBytes() throws Exception {
    try (Machine machine =
        Machine.boot(
            GuestKernel.spec(directory, "f2 0f 38 f1 c0  crc32 eax, eax\n" + GuestKernel.POWER_OFF)
                .build(),
            event -> {})) {
      assumeTrue(machine.quirks().has(Quirk.INTERPRETED_KERNEL));
      assertThat(machine.exit().get(100, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              MachineExit.Fault.class,
              fault ->
                  assertThat(fault.message()).contains("f2 0f 38 f1 c0").contains("rip 0x100000"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GuestKernel.HALT, GuestKernel.SPIN})
  void guestThatNeverLeavesIsStoppedByClose(String listing) throws Exception {
    Machine machine = Machine.boot(GuestKernel.spec(directory, listing).build(), event -> {});
    assertThat(machine.exit()).isNotDone();
    machine.close();
    assertThat(machine.exit().get()).isEqualTo(new MachineExit.Closed());
    machine.close();
  }

  @Test
  void endOfOneVcpuTakesTheOthersOutOfTheGuest() throws Exception {
    MachineSpec spec = GuestKernel.spec(directory, GuestKernel.POWER_OFF).vcpus(8).build();
    try (Machine machine = Machine.boot(spec, event -> {})) {
      machine.exit().get(100, TimeUnit.SECONDS);
      while (Footprint.threadsOfMachines().stream().anyMatch(name -> name.startsWith("vcpu-"))) {
        Thread.onSpinWait();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyNumberOfVcpusStartsAndEnds(int vcpus) throws Exception {
    assertThat(run(GuestKernel.spec(directory, GuestKernel.POWER_OFF).vcpus(vcpus)))
        .isEqualTo(new MachineExit.PowerOff());
  }

  @Test
  void serialOutputArrivesBetweenTheFirstAndTheLastEvent() throws Exception {
    List<MachineEvent> events = new ArrayList<>();
    String tail;
    try (Machine machine =
        Machine.boot(
            GuestKernel.spec(directory, GuestKernel.HELLO + GuestKernel.POWER_OFF).build(),
            events::add)) {
      machine.exit().get(100, TimeUnit.SECONDS);
      tail = machine.consoleTail();
    }
    assertThat(tail).isEqualTo("hi\n");
    assertThat(events.getFirst()).isInstanceOf(MachineEvent.FirstRun.class);
    assertThat(events.getLast()).isEqualTo(new MachineEvent.Exited(new MachineExit.PowerOff()));
    StringBuilder text = new StringBuilder();
    for (MachineEvent event : events.subList(1, events.size() - 1)) {
      assertThat(event).isInstanceOf(MachineEvent.ConsoleOutput.class);
      byte[] bytes = ((MachineEvent.ConsoleOutput) event).bytes();
      text.append(new String(bytes, StandardCharsets.US_ASCII));
    }
    assertThat(text).hasToString("hi\n");
  }

  @Test
  void whatWaitsForTheEndMayCloseTheMachine() throws Exception {
    Machine machine =
        Machine.boot(GuestKernel.spec(directory, GuestKernel.POWER_OFF).build(), event -> {});
    machine.exit().thenRun(machine::close).get(100, TimeUnit.SECONDS);
    machine.close();
  }

  @Test
  void manyThreadsMayCloseAndAllFindItClosed() throws Exception {
    Machine machine =
        Machine.boot(GuestKernel.spec(directory, GuestKernel.SPIN).build(), event -> {});
    List<CompletableFuture<List<String>>> closers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      closers.add(
          CompletableFuture.supplyAsync(() -> {
            machine.close();
            return Footprint.now().descriptors();
          }));
    }
    for (CompletableFuture<List<String>> closer : closers) {
      assertThat(closer.get(100, TimeUnit.SECONDS)).isEmpty();
    }
  }

  /** Writes a pattern, reads it back, and switches off if it was kept. */
  private static String memoryCheck(String gpa) {
    return GuestKernel.LOAD_PAGE_TABLES
        + "48 bf "
        + gpa
        + "  mov rdi, gpa\n"
        + """
        48 b8 ef cd ab 89 67 45 23 01  mov rax, pattern
        48 89 07              mov [rdi], rax
        31 db                 xor ebx, ebx
        48 8b 1f              mov rbx, [rdi]
        48 39 c3              cmp rbx, rax
        0f 85 >lost           jne lost
        """
        + GuestKernel.POWER_OFF
        + "lost:\n"
        + GuestKernel.RESET.replace("halt", "halt2");
  }

  @Test
  void threeGibibytesEndBelowTheHole() throws Exception {
    long threeGib = 3L << 30;
    MachineSpec.Builder last = GuestKernel.spec(directory, memoryCheck("f8 ff ff bf 00 00 00 00"));
    assertThat(run(last.memoryBytes(threeGib))).isEqualTo(new MachineExit.PowerOff());
    MachineSpec.Builder hole = GuestKernel.spec(directory, memoryCheck("00 00 00 c0 00 00 00 00"));
    assertThat(run(hole.memoryBytes(threeGib))).isEqualTo(new MachineExit.Reset());
  }

  @Test
  @Tag("slow")
  void memoryGoesOnAboveTheHole() throws Exception {
    long fiveGib = 5L << 30;
    for (String gpa : List.of("00 00 00 00 01 00 00 00", "f8 ff ff 7f 01 00 00 00")) {
      MachineSpec.Builder spec = GuestKernel.spec(directory, memoryCheck(gpa));
      assertThat(run(spec.memoryBytes(fiveGib))).isEqualTo(new MachineExit.PowerOff());
    }
    MachineSpec.Builder beyond =
        GuestKernel.spec(directory, memoryCheck("00 00 00 80 01 00 00 00"));
    assertThat(run(beyond.memoryBytes(fiveGib))).isEqualTo(new MachineExit.Reset());
  }

  @Test
  void leastMemoryIsEnough() throws Exception {
    assertThat(run(GuestKernel.spec(directory, GuestKernel.POWER_OFF).memoryBytes(32L << 20)))
        .isEqualTo(new MachineExit.PowerOff());
  }
}
