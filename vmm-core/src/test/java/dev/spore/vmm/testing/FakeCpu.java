package dev.spore.vmm.testing;

import dev.spore.vmm.assist.CpuState;
import java.util.ArrayList;
import java.util.List;

/** A stopped processor in plain Java: registers, no execution. */
public final class FakeCpu implements CpuState {
  public final long[] gprs = new long[16];
  public final List<String> injected = new ArrayList<>();
  public long rip;
  public long rflags = 2;
  public long cr0 = 0x8001_0001L;
  public long cr3;
  public long cr4 = 0x20;
  public long fsBase;
  public long gsBase;
  public int cpl;
  public long xcr0 = 7;
  public byte[] xsave = new byte[4096];

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
    return cr3;
  }

  @Override
  public long cr4() {
    return cr4;
  }

  @Override
  public long segmentBase(Segment segment) {
    return switch (segment) {
      case NONE -> 0;
      case FS -> fsBase;
      case GS -> gsBase;
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
    xsave = area.clone();
    return true;
  }

  @Override
  public void inject(int vector) {
    injected.add("#" + vector);
  }

  @Override
  public void inject(int vector, int errorCode) {
    injected.add("#" + vector + ":" + errorCode);
  }

  @Override
  public void injectPageFault(long linearAddress, int errorCode) {
    injected.add("#PF@0x%x:%d".formatted(linearAddress, errorCode));
  }
}
