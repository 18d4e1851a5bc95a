package dev.spore.vmm.vcpu;

import dev.spore.kvm.KvmConst;
import dev.spore.kvm.KvmExit;
import dev.spore.kvm.RunPage;
import dev.spore.kvm.VcpuFd;
import dev.spore.virtio.memory.GuestMemoryException;
import dev.spore.vmm.MachineExit;
import dev.spore.vmm.VmmLimits;
import java.util.Arrays;
import java.util.HexFormat;

/** What follows each KVM_EXIT reason. Runs on its vCPU's thread alone. */
final class ExitHandler {
  private final int id;
  private final RunPage page;
  private final VcpuExits exits;
  private final KvmCpuState cpu;

  private long lastAssistedRip;
  private int assistsAtOneRip;

  ExitHandler(int id, VcpuFd fd, VcpuExits exits) {
    this.id = id;
    this.page = fd.runPage();
    this.exits = exits;
    this.cpu = new KvmCpuState(fd);
  }

  /**
   * Handles the exit described by the run page.
   *
   * @return false when the machine has ended
   */
  boolean handle(int reason) {
    return switch (reason) {
      case KvmExit.IO -> io();
      case KvmExit.MMIO -> mmio();
      case KvmExit.INTR, KvmExit.IRQ_WINDOW_OPEN -> true;
      case KvmExit.SHUTDOWN -> end(new MachineExit.TripleFault());
      case KvmExit.SYSTEM_EVENT -> systemEvent();
      case KvmExit.INTERNAL_ERROR -> internalError();
      case KvmExit.FAIL_ENTRY ->
          fault(
              "the processor refused to enter the guest, hardware reason 0x%x"
                  .formatted(page.failEntryReason()));
      default -> fault("unexpected exit reason %d".formatted(reason));
    };
  }

  /** The vCPU is about to enter the guest. */
  void entering() {
    cpu.entering();
  }

  /** Whether the vCPU can be saved where it is; if not it has to run on first. */
  boolean atBoundary() {
    return cpu.atBoundary();
  }

  private boolean io() {
    int width = page.ioSize();
    int count = page.ioCount();
    for (int i = 0; i < count; i++) {
      if (page.ioIsWrite()) {
        exits.ports().write(page.ioPort(), width, page.ioValue(i));
      } else {
        page.setIoValue(i, exits.ports().read(page.ioPort(), width));
      }
    }
    return true;
  }

  private boolean mmio() {
    int width = page.mmioSize();
    if (page.mmioIsWrite()) {
      exits.mmio().write(page.mmioAddress(), width, page.mmioValue());
    } else {
      page.setMmioValue(exits.mmio().read(page.mmioAddress(), width));
    }
    return true;
  }

  private boolean systemEvent() {
    return switch (page.systemEventType()) {
      case KvmConst.SYSTEM_EVENT_SHUTDOWN -> end(new MachineExit.PowerOff());
      case KvmConst.SYSTEM_EVENT_RESET -> end(new MachineExit.Reset());
      default -> fault("unexpected system event %d".formatted(page.systemEventType()));
    };
  }

  /** KVM could not run an instruction: complete it if it is in the table, else stop. */
  private boolean internalError() {
    if (page.internalSuberror() != KvmConst.INTERNAL_ERROR_EMULATION) {
      return fault("KVM internal error, suberror %d".formatted(page.internalSuberror()));
    }
    cpu.load();
    byte[] code = page.emulationFailureBytes();
    int length = code.length;
    if (length == 0) {
      code = new byte[15];
      length = exits.assists().fetch(cpu, code);
      if (length == 0) {
        return fault(
            "the guest went to rip 0x%x, cpl %d, where there is no memory to run"
                .formatted(cpu.rip(), cpu.cpl()));
      }
    }
    if (!advances(cpu.rip())) {
      return fault(
          "KVM cannot run %s and completing it does not help".formatted(where(code, length)));
    }
    try {
      if (!exits.assists().complete(cpu, code, length)) {
        return fault(
            "KVM cannot run %s; no instruction assist knows it, please report it"
                .formatted(where(code, length)));
      }
    } catch (GuestMemoryException e) {
      return fault("KVM cannot run %s and its %s".formatted(where(code, length), e.getMessage()));
    }
    cpu.store();
    return true;
  }

  private boolean advances(long rip) {
    assistsAtOneRip = rip == lastAssistedRip ? assistsAtOneRip + 1 : 1;
    lastAssistedRip = rip;
    return assistsAtOneRip <= VmmLimits.ASSISTS_AT_ONE_RIP_MAX;
  }

  private String where(byte[] code, int length) {
    return "instruction %s at rip 0x%x, cpl %d"
        .formatted(
            HexFormat.ofDelimiter(" ").formatHex(Arrays.copyOf(code, length)),
            cpu.rip(),
            cpu.cpl());
  }

  private boolean fault(String what) {
    return end(new MachineExit.Fault("vCPU %d: %s".formatted(id, what)));
  }

  private boolean end(MachineExit exit) {
    exits.ended().accept(exit);
    return false;
  }
}
