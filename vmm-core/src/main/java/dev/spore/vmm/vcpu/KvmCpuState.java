package dev.spore.vmm.vcpu;

import dev.spore.kvm.KvmException;
import dev.spore.kvm.RegFile;
import dev.spore.kvm.Sregs;
import dev.spore.kvm.VcpuEvents;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.Xcr;
import dev.spore.vmm.assist.CpuState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stopped KVM vCPU as instruction assists see it: general registers through the vCPU's own
 * buffer, everything else fetched when asked for. The vCPU's thread alone.
 */
final class KvmCpuState implements CpuState {
  private static final VcpuEvents.Fault NO_EXCEPTION =
      new VcpuEvents.Fault(false, 0, false, false, 0, false, 0);

  private static final int VECTOR_BREAKPOINT = 3;
  private static final int VECTOR_PAGE_FAULT = 14;

  private final VcpuFd fd;
  private final RegFile registers;
  private final HiddenBreakpoint breakpoint = new HiddenBreakpoint();
  private @Nullable Sregs sregs;
  private long loadedRip;

  KvmCpuState(VcpuFd fd) {
    this.fd = fd;
    this.registers = fd.regFile();
  }

  /** Fetches the general registers and forgets what was read before. */
  void load() {
    registers.load();
    loadedRip = registers.rip();
    sregs = null;
  }

  /** Gives the general registers back. */
  void store() {
    registers.store();
  }

  private Sregs sregs() {
    Sregs known = sregs;
    if (known == null) {
      known = fd.getSregs();
      sregs = known;
    }
    return known;
  }

  @Override
  public long gpr(int number) {
    return registers.get(number);
  }

  @Override
  public void setGpr(int number, long value) {
    registers.set(number, value);
  }

  @Override
  public long rip() {
    return registers.rip();
  }

  @Override
  public void setRip(long value) {
    registers.setRip(value);
  }

  @Override
  public long rflags() {
    return registers.rflags();
  }

  @Override
  public void setRflags(long value) {
    registers.setRflags(value);
  }

  @Override
  public long cr0() {
    return sregs().cr0();
  }

  @Override
  public long cr3() {
    return sregs().cr3();
  }

  @Override
  public long cr4() {
    return sregs().cr4();
  }

  @Override
  public long segmentBase(Segment segment) {
    return switch (segment) {
      case NONE -> 0;
      case FS -> sregs().fs().base();
      case GS -> sregs().gs().base();
    };
  }

  @Override
  public int cpl() {
    return sregs().ss().dpl();
  }

  @Override
  public long xcr0() {
    for (Xcr xcr : fd.getXcrs()) {
      if (xcr.index() == 0) {
        return xcr.value();
      }
    }
    return 0;
  }

  @Override
  public boolean trySetXcr0(long value) {
    try {
      fd.setXcrs(List.of(new Xcr(0, value)));
      return true;
    } catch (KvmException refused) {
      return false;
    }
  }

  @Override
  public byte[] xsave() {
    return fd.getXsave();
  }

  @Override
  public boolean trySetXsave(byte[] area) {
    try {
      fd.setXsave(area);
      return true;
    } catch (KvmException refused) {
      return false;
    }
  }

  @Override
  public void inject(int vector) {
    if (vector == VECTOR_BREAKPOINT) {
      breakpoint.injected(loadedRip, registers.rip());
    }
    inject(VcpuEvents.Fault.inject(vector));
  }

  /** The vCPU is about to enter the guest. */
  void entering() {
    breakpoint.entering();
  }

  /** Whether KVM now shows all that was done for the vCPU, see {@link HiddenBreakpoint}. */
  boolean atBoundary() {
    if (!breakpoint.mayWait()) {
      return true;
    }
    registers.load();
    return switch (breakpoint.at(registers.rip())) {
      case DELIVERED -> true;
      case UNKNOWN -> false;
      case WAITING -> {
        registers.setRip(breakpoint.takeBack());
        registers.store();
        inject(NO_EXCEPTION);
        yield true;
      }
    };
  }

  @Override
  public void inject(int vector, int errorCode) {
    inject(VcpuEvents.Fault.inject(vector, errorCode));
  }

  private void inject(VcpuEvents.Fault fault) {
    fd.setVcpuEvents(fd.getVcpuEvents().withException(fault));
  }

  @Override
  public void injectPageFault(long linearAddress, int errorCode) {
    fd.setSregs(sregs().toBuilder().cr2(linearAddress).build());
    sregs = null;
    inject(VECTOR_PAGE_FAULT, errorCode);
  }
}
