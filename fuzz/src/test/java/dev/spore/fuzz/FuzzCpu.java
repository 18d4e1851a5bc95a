package dev.spore.fuzz;

import dev.spore.vmm.assist.CpuState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A stopped processor at CPL 0 whose registers come from the input; page tables at address 0. */
final class FuzzCpu implements CpuState {
  static final int XSAVE_BYTES = 4096;

  private static final long CR0_PAGING = 0x8000_0001L;
  private static final long CR0_WRITE_PROTECT = 1 << 16;
  private static final long CR4_LA57 = 1 << 12;
  private static final int XSTATE_BV = 512;

  private final long[] gprs = new long[16];
  private final List<String> injected = new ArrayList<>();
  private final long cr0;
  private final long cr4;
  private final int cpl;
  private final byte[] xsave = new byte[XSAVE_BYTES];
  private long xcr0;
  private long rip;
  private long rflags = 2;

  FuzzCpu(FuzzInput input) {
    int modes = input.u8();
    cr0 = (modes & 1) != 0 ? CR0_PAGING | CR0_WRITE_PROTECT : CR0_PAGING;
    cr4 = (modes & 2) != 0 ? CR4_LA57 : 0;
    cpl = (modes & 4) != 0 ? 3 : 0;
    xcr0 = 1 | input.u8();
    xsave[XSTATE_BV] = (byte) input.u8();
    rip = input.s32();
    for (int i = 0; i < gprs.length; i++) {
      gprs[i] = input.s32();
    }
  }

  /** What was injected, in order. */
  List<String> injected() {
    return List.copyOf(injected);
  }

  /** Everything an assist could have changed, but memory. */
  String registers() {
    return "%s %x %x %x %x %s"
        .formatted(Arrays.toString(gprs), rip, rflags, xcr0, Arrays.hashCode(xsave), injected);
  }

  @Override
  public long gpr(int number) {
    return gprs[number];
  }

  @Override
  public void setGpr(int number, long value) {
    gprs[number] = value;
  }

  @Override
  public long rip() {
    return rip;
  }

  @Override
  public void setRip(long value) {
    rip = value;
  }

  @Override
  public long rflags() {
    return rflags;
  }

  @Override
  public void setRflags(long value) {
    rflags = value;
  }

  @Override
  public long cr0() {
    return cr0;
  }

  @Override
  public long cr3() {
    return 0;
  }

  @Override
  public long cr4() {
    return cr4;
  }

  @Override
  public long segmentBase(Segment segment) {
    return switch (segment) {
      case NONE -> 0;
      case FS -> gprs[14];
      case GS -> gprs[15];
    };
  }

  @Override
  public int cpl() {
    return cpl;
  }

  @Override
  public long xcr0() {
    return xcr0;
  }

  @Override
  public boolean trySetXcr0(long value) {
    if ((value & 1) == 0 || (value & ~7L) != 0) {
      return false;
    }
    xcr0 = value;
    return true;
  }

  @Override
  public byte[] xsave() {
    return xsave.clone();
  }

  @Override
  public boolean trySetXsave(byte[] area) {
    System.arraycopy(area, 0, xsave, 0, XSAVE_BYTES);
    return true;
  }

  @Override
  public void inject(int vector) {
    injected.add("#" + vector);
  }

  @Override
  public void inject(int vector, int errorCode) {
    injected.add("#%d:%d".formatted(vector, errorCode));
  }

  @Override
  public void injectPageFault(long linearAddress, int errorCode) {
    injected.add("#PF %x:%d".formatted(linearAddress, errorCode));
  }
}
