package dev.spore.fuzz;

import dev.spore.vmm.testing.FakeCpu;
import java.util.Arrays;

/** A stopped processor whose registers come from the input; page tables at address 0. */
final class FuzzCpu {
  private static final long CR0_PAGING = 0x8000_0001L;
  private static final long CR0_WRITE_PROTECT = 1 << 16;
  private static final long CR4_LA57 = 1 << 12;
  private static final int XSTATE_BV = 512;

  private FuzzCpu() {}

  static FakeCpu of(FuzzInput input) {
    FakeCpu cpu = new FakeCpu();
    int modes = input.u8();
    cpu.cr0 = (modes & 1) != 0 ? CR0_PAGING | CR0_WRITE_PROTECT : CR0_PAGING;
    cpu.cr4 = (modes & 2) != 0 ? CR4_LA57 : 0;
    cpu.cpl = (modes & 4) != 0 ? 3 : 0;
    cpu.xcr0 = 1 | input.u8();
    cpu.xsave[XSTATE_BV] = (byte) input.u8();
    cpu.rip = input.s32();
    for (int i = 0; i < cpu.gprs.length; i++) {
      cpu.gprs[i] = input.s32();
    }
    cpu.fsBase = cpu.gprs[14];
    cpu.gsBase = cpu.gprs[15];
    return cpu;
  }

  /** Everything an assist could have changed, but memory. */
  static String registers(FakeCpu cpu) {
    return "%s %x %x %x %x %s"
        .formatted(
            Arrays.toString(cpu.gprs),
            cpu.rip,
            cpu.rflags,
            cpu.xcr0,
            Arrays.hashCode(cpu.xsave),
            cpu.injected);
  }
}
