package dev.spore.kvm;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** A VM with 64 KiB of RAM at 0 and one vCPU about to run real-mode code at 0x1000. */
final class TinyGuest implements AutoCloseable {
  static final long RAM_BYTES = 0x10000;
  static final int CODE = 0x1000;
  static final int SLOT = 0;

  final Kvm kvm = Kvm.open();
  final VmFd vm = kvm.createVm();
  final Mapping ram = Mapping.anonymous(RAM_BYTES);
  final VcpuFd vcpu;

  /**
   * @param flags of the memory slot
   * @param code machine code in hexadecimal, spaces allowed
   */
  TinyGuest(int flags, String code) {
    vm.setUserMemoryRegion(SLOT, flags, 0, ram, 0, RAM_BYTES);
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, ram.segment(), CODE, bytes.length);
    vcpu = vm.createVcpu(0);
    Sregs sregs = vcpu.getSregs();
    Segment cs = sregs.cs();
    vcpu.setSregs(
        sregs.toBuilder()
            .cs(
                new Segment(
                    0,
                    cs.limit(),
                    0,
                    cs.type(),
                    true,
                    cs.dpl(),
                    cs.db(),
                    cs.s(),
                    cs.l(),
                    cs.g(),
                    cs.avl(),
                    false))
            .build());
    vcpu.setRegs(Regs.at(CODE, 0));
  }

  TinyGuest(String code) {
    this(0, code);
  }

  RunPage runPage() {
    return vcpu.runPage();
  }

  @Override
  public void close() {
    vcpu.close();
    vm.close();
    kvm.close();
    ram.close();
  }
}
