package dev.spore.vmm.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.state.GeneralRegisters;
import dev.spore.format.state.MachineState;
import dev.spore.kvm.Signals;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.assist.InstructionAssists;
import dev.spore.vmm.assist.XsaveLayout;
import dev.spore.vmm.board.MmioBus;
import dev.spore.vmm.board.PioBus;
import dev.spore.vmm.vcpu.Vcpu;
import dev.spore.vmm.vcpu.VcpuExits;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A vCPU that was asked to pause has nothing under way that its state does not show. */
@RequiresKvm
final class BoundaryTest {
  private static final int BREAKPOINT = 3;
  private static final int GENERATIONS = 20;
  private static final int PAUSES = 5;

  @Test
  void noBreakpointIsLostOrDoubledOverManyGenerations() throws InterruptedException {
    StateVm vm = new StateVm(1);
    try {
      vm.code(StateVm.CODE, "49 ff c0", "cc", "eb fa"); // again: inc r8; int3; jmp again
      vm.code(StateVm.HANDLER, "49 ff c1", "48 cf"); // inc r9; iretq
      vm.longMode(2);
      vm.gate(BREAKPOINT);
      GeneralRegisters first = vm.save().vcpus().getFirst().registers();
      for (int i = 0; i < GENERATIONS; i++) {
        MachineState saved = runAndPause(vm);
        GeneralRegisters now = saved.vcpus().getFirst().registers();
        long raised = now.r8() - first.r8();
        long handled = now.r9() - first.r9();
        assertThat(raised - handled).as("%d of %d handled", handled, raised).isBetween(0L, 1L);
        StateVm next = new StateVm(1);
        next.ram.segment().copyFrom(vm.ram.segment());
        vm.close();
        vm = next;
        vm.restore(saved);
        vm.readBack(saved);
      }
      assertThat(vm.save().vcpus().getFirst().registers().r8()).isGreaterThan(first.r8());
    } finally {
      vm.close();
    }
  }

  private static MachineState runAndPause(StateVm vm) throws InterruptedException {
    InstructionAssists assists =
        new InstructionAssists(
            GuestMemory.ofSingle(vm.ram.segment()), XsaveLayout.of(Stream.empty()), true);
    VcpuExits exits = new VcpuExits(new PioBus(), new MmioBus(), assists, why -> {});
    Signals.installKickHandler();
    Vcpu vcpu = new Vcpu(0, vm.first(), exits);
    vcpu.start(() -> {});
    try {
      for (int i = 0; i < PAUSES; i++) {
        Thread.sleep(1);
        vcpu.requestPause();
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        assertThat(vcpu.awaitParked(deadline)).isTrue();
        if (i < PAUSES - 1) {
          vcpu.resume();
        }
      }
      // Not StateVm.save: the vCPU has parked by itself and has nothing left to complete.
      return vm.capture();
    } finally {
      vcpu.stop();
      vcpu.join();
      vm.first().runPage().setImmediateExit(false);
    }
  }
}
