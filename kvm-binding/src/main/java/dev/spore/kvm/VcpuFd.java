package dev.spore.kvm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * One virtual processor (Linux Documentation/virt/kvm/api.rst §4, vCPU ioctls).
 *
 * <p>Everything here belongs to the one platform thread that runs the vCPU, as KVM asks. Other
 * threads may only {@link #kick} it and {@link #close()} it after its thread has ended.
 */
public final class VcpuFd implements AutoCloseable {
  /** Bytes of the legacy floating-point state ({@code struct kvm_fpu}). */
  public static final int FPU_BYTES = RegLayout.Fpu.SIZE;

  private static final int MAX_XCRS = 16;
  private static final int MAX_DEBUG_REGISTERS = 8;
  private static final int MAX_MSRS =
      (Scratch.LARGE_BYTES - VcpuLayout.Msrs.SIZE) / VcpuLayout.MsrEntry.SIZE;

  private final Fd fd;
  private final RunPage runPage;
  private final RegFile regFile;
  private final int xsaveBytes;

  private VcpuFd(Fd fd, RunPage runPage, int xsaveBytes) {
    this.fd = fd;
    this.runPage = runPage;
    this.regFile = new RegFile(fd);
    this.xsaveBytes = xsaveBytes;
  }

  /** Takes over the descriptor and one count of the VM's lifetime. */
  static VcpuFd of(int number, int id, int mmapSize, int xsaveBytes, VmLifetime lifetime) {
    Fd fd = new Fd(number, "vcpu ".concat(Integer.toString(id)), lifetime);
    Mapping page;
    try {
      page = Mapping.ofVcpu(fd, mmapSize);
    } catch (KvmException e) {
      fd.close();
      throw e;
    }
    return new VcpuFd(fd, new RunPage(page), xsaveBytes);
  }

  static void requireLength(String what, byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          what + " state has " + bytes.length + " bytes instead of " + length);
    }
  }

  /**
   * KVM_RUN: executes the guest until it needs something; {@link #runPage()} says what.
   *
   * @return 0 after an exit, or without one {@link Errno#EINTR} (kicked) or {@link Errno#EAGAIN} (a
   *     processor not started yet): then call again
   * @throws KvmException any other errno; EFAULT: the guest touched a slot that is not mapped
   */
  public int run() {
    long result = fd.tryIoctl("KVM_RUN", KvmIoctl.RUN, 0);
    if (result >= 0) {
      return 0;
    }
    if (result == -Errno.EINTR || result == -Errno.EAGAIN) {
      return (int) -result;
    }
    throw new KvmException("KVM_RUN", (int) -result, fd.object());
  }

  /** The page shared with the kernel. */
  public RunPage runPage() {
    return runPage;
  }

  /** The general registers for code that must not allocate. */
  public RegFile regFile() {
    return regFile;
  }

  /**
   * Makes the vCPU leave {@link #run()}, or not enter it, with EINTR; the owner clears {@link
   * RunPage#setImmediateExit}. The one method for other threads; does nothing once closed.
   *
   * @param tid {@link Signals#currentTid()} of the thread that runs it; {@link
   *     Signals#installKickHandler()} came before
   */
  public void kick(int tid) {
    if (runPage.trySetImmediateExit()) {
      Signals.tgkill(tid);
    }
  }

  /** KVM_GET_REGS. */
  public Regs getRegs() {
    return Regs.read(get("KVM_GET_REGS", KvmIoctl.GET_REGS, RegLayout.Regs.SIZE));
  }

  /** KVM_SET_REGS. */
  public void setRegs(Regs regs) {
    fd.ioctl("KVM_SET_REGS", KvmIoctl.SET_REGS, regs.write());
  }

  /** KVM_GET_SREGS. */
  public Sregs getSregs() {
    return Sregs.read(get("KVM_GET_SREGS", KvmIoctl.GET_SREGS, RegLayout.Sregs.SIZE));
  }

  /** KVM_SET_SREGS. */
  public void setSregs(Sregs sregs) {
    fd.ioctl("KVM_SET_SREGS", KvmIoctl.SET_SREGS, sregs.write());
  }

  /** KVM_GET_FPU: {@link #FPU_BYTES} bytes, to be given back as they are. */
  public byte[] getFpu() {
    return getBytes("KVM_GET_FPU", KvmIoctl.GET_FPU, FPU_BYTES);
  }

  /** KVM_SET_FPU with what {@link #getFpu} returned. */
  public void setFpu(byte[] state) {
    requireLength("FPU", state, FPU_BYTES);
    setBytes("KVM_SET_FPU", KvmIoctl.SET_FPU, state);
  }

  /** Bytes of {@link #getXsave}, 4096 or what KVM_CAP_XSAVE2 says. */
  public int xsaveBytes() {
    return xsaveBytes;
  }

  /**
   * KVM_GET_XSAVE, or KVM_GET_XSAVE2 where it is larger: the area XSAVE writes, in standard format
   * (Intel SDM volume 1 §13.4).
   */
  public byte[] getXsave() {
    if (xsaveBytes > RegLayout.Xsave.SIZE) {
      return getBytes("KVM_GET_XSAVE2", KvmIoctl.GET_XSAVE2, xsaveBytes);
    }
    return getBytes("KVM_GET_XSAVE", KvmIoctl.GET_XSAVE, xsaveBytes);
  }

  /** KVM_SET_XSAVE with {@link #xsaveBytes} bytes. */
  public void setXsave(byte[] area) {
    requireLength("XSAVE", area, xsaveBytes);
    setBytes("KVM_SET_XSAVE", KvmIoctl.SET_XSAVE, area);
  }

  /** KVM_GET_XCRS. */
  public List<Xcr> getXcrs() {
    MemorySegment xcrs = get("KVM_GET_XCRS", KvmIoctl.GET_XCRS, RegLayout.Xcrs.SIZE);
    int count = Math.min(Field.i32(xcrs, RegLayout.Xcrs.NR_XCRS), MAX_XCRS);
    List<Xcr> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long at = RegLayout.Xcrs.XCRS + (long) i * RegLayout.Xcr.SIZE;
      int index = Field.i32(xcrs, at + RegLayout.Xcr.XCR);
      list.add(new Xcr(index, Field.u64(xcrs, at + RegLayout.Xcr.VALUE)));
    }
    return List.copyOf(list);
  }

  /** KVM_SET_XCRS, at most 16. */
  public void setXcrs(List<Xcr> values) {
    if (values.size() > MAX_XCRS) {
      throw new IllegalArgumentException("KVM takes 16 XCRs, not " + values.size());
    }
    MemorySegment xcrs = Scratch.zeroed(RegLayout.Xcrs.SIZE);
    Field.put32(xcrs, RegLayout.Xcrs.NR_XCRS, values.size());
    long at = RegLayout.Xcrs.XCRS;
    for (Xcr xcr : values) {
      Field.put32(xcrs, at + RegLayout.Xcr.XCR, xcr.index());
      Field.put64(xcrs, at + RegLayout.Xcr.VALUE, xcr.value());
      at += RegLayout.Xcr.SIZE;
    }
    fd.ioctl("KVM_SET_XCRS", KvmIoctl.SET_XCRS, xcrs);
  }

  /** KVM_GET_VCPU_EVENTS. */
  public VcpuEvents getVcpuEvents() {
    int size = VcpuLayout.Events.SIZE;
    return VcpuEvents.read(get("KVM_GET_VCPU_EVENTS", KvmIoctl.GET_VCPU_EVENTS, size));
  }

  /** KVM_SET_VCPU_EVENTS. */
  public void setVcpuEvents(VcpuEvents events) {
    fd.ioctl("KVM_SET_VCPU_EVENTS", KvmIoctl.SET_VCPU_EVENTS, events.write());
  }

  /** KVM_GET_DEBUGREGS. */
  public DebugRegs getDebugRegs() {
    int size = RegLayout.DebugRegs.SIZE;
    return DebugRegs.read(get("KVM_GET_DEBUGREGS", KvmIoctl.GET_DEBUGREGS, size));
  }

  /** KVM_SET_DEBUGREGS. */
  public void setDebugRegs(DebugRegs regs) {
    fd.ioctl("KVM_SET_DEBUGREGS", KvmIoctl.SET_DEBUGREGS, regs.write());
  }

  /** KVM_GET_MP_STATE; needs an in-kernel irqchip. */
  public MpState getMpState() {
    int size = VcpuLayout.MpStateStruct.SIZE;
    MemorySegment state = get("KVM_GET_MP_STATE", KvmIoctl.GET_MP_STATE, size);
    return MpState.of(Field.i32(state, VcpuLayout.MpStateStruct.MP_STATE));
  }

  /** KVM_SET_MP_STATE; needs an in-kernel irqchip. */
  public void setMpState(MpState state) {
    MemorySegment struct = Scratch.zeroed(VcpuLayout.MpStateStruct.SIZE);
    Field.put32(struct, VcpuLayout.MpStateStruct.MP_STATE, state.value());
    fd.ioctl("KVM_SET_MP_STATE", KvmIoctl.SET_MP_STATE, struct);
  }

  /** One MSR, or empty when KVM refuses to read it. */
  public OptionalLong tryGetMsr(int index) {
    MemorySegment list = msrList(List.of(new Msr(index, 0)));
    long done = fd.ioctl("KVM_GET_MSRS", KvmIoctl.GET_MSRS, list);
    return done == 0 ? OptionalLong.empty() : OptionalLong.of(msrValue(list, 0));
  }

  /**
   * KVM_GET_MSRS.
   *
   * @throws KvmException EINVAL naming the first MSR that KVM refuses to read
   */
  public List<Msr> getMsrs(int... indices) {
    List<Msr> wanted = new ArrayList<>(indices.length);
    for (int index : indices) {
      wanted.add(new Msr(index, 0));
    }
    MemorySegment list = msrList(wanted);
    requireAll("KVM_GET_MSRS", fd.ioctl("KVM_GET_MSRS", KvmIoctl.GET_MSRS, list), wanted);
    for (int i = 0; i < indices.length; i++) {
      wanted.set(i, new Msr(indices[i], msrValue(list, i)));
    }
    return List.copyOf(wanted);
  }

  /**
   * KVM_SET_MSRS, in the order given, up to the first that KVM refuses.
   *
   * @return how many are set
   */
  public int trySetMsrs(List<Msr> msrs) {
    return (int) fd.ioctl("KVM_SET_MSRS", KvmIoctl.SET_MSRS, msrList(msrs));
  }

  /**
   * KVM_SET_MSRS, in the order given.
   *
   * @throws KvmException EINVAL naming the first MSR that KVM refuses; those before it are set
   */
  public void setMsrs(List<Msr> msrs) {
    requireAll("KVM_SET_MSRS", trySetMsrs(msrs), msrs);
  }

  private void requireAll(String call, long done, List<Msr> msrs) {
    if (done < msrs.size()) {
      String msr = " msr 0x" + Integer.toHexString(msrs.get((int) done).index());
      throw new KvmException(call, Errno.EINVAL, fd.object() + msr);
    }
  }

  private static MemorySegment msrList(List<Msr> msrs) {
    if (msrs.size() > MAX_MSRS) {
      throw new IllegalArgumentException("at most " + MAX_MSRS + " MSRs, not " + msrs.size());
    }
    int bytes = VcpuLayout.Msrs.SIZE + msrs.size() * VcpuLayout.MsrEntry.SIZE;
    MemorySegment list = Scratch.zeroed(bytes);
    Field.put32(list, VcpuLayout.Msrs.NMSRS, msrs.size());
    long at = VcpuLayout.Msrs.SIZE;
    for (Msr msr : msrs) {
      Field.put32(list, at + VcpuLayout.MsrEntry.INDEX, msr.index());
      Field.put64(list, at + VcpuLayout.MsrEntry.DATA, msr.value());
      at += VcpuLayout.MsrEntry.SIZE;
    }
    return list;
  }

  private static long msrValue(MemorySegment list, int i) {
    long at = VcpuLayout.Msrs.SIZE + (long) i * VcpuLayout.MsrEntry.SIZE;
    return Field.u64(list, at + VcpuLayout.MsrEntry.DATA);
  }

  /** KVM_GET_CPUID2. */
  public List<CpuidEntry> getCpuid2() {
    MemorySegment table = Scratch.zeroed(CpuidEntry.MAX_TABLE_BYTES);
    Field.put32(table, VcpuLayout.Cpuid2.NENT, CpuidEntry.MAX_ENTRIES);
    fd.ioctl("KVM_GET_CPUID2", KvmIoctl.GET_CPUID2, table);
    return CpuidEntry.readTable(table);
  }

  /** KVM_SET_CPUID2, at most 256 entries; before the first {@link #run()}. */
  public void setCpuid2(List<CpuidEntry> entries) {
    fd.ioctl("KVM_SET_CPUID2", KvmIoctl.SET_CPUID2, CpuidEntry.writeTable(entries));
  }

  /** KVM_GET_LAPIC. */
  public Lapic getLapic() {
    return Lapic.read(get("KVM_GET_LAPIC", KvmIoctl.GET_LAPIC, VcpuLayout.Lapic.SIZE));
  }

  /** KVM_SET_LAPIC; its timer goes on from the current count. */
  public void setLapic(Lapic lapic) {
    fd.ioctl("KVM_SET_LAPIC", KvmIoctl.SET_LAPIC, lapic.write());
  }

  /** KVM_TRANSLATE: walks the guest's page tables. */
  public Translation translate(long linear) {
    MemorySegment struct = Scratch.zeroed(VcpuLayout.Translate.SIZE);
    Field.put64(struct, VcpuLayout.Translate.LINEAR_ADDRESS, linear);
    fd.ioctl("KVM_TRANSLATE", KvmIoctl.TRANSLATE, struct);
    return new Translation(
        linear,
        Field.u64(struct, VcpuLayout.Translate.PHYSICAL_ADDRESS),
        Field.u8(struct, VcpuLayout.Translate.VALID) != 0);
  }

  /** KVM_GET_TSC_KHZ: rate of the guest's TSC. */
  public int tscKhz() {
    return (int) fd.ioctl("KVM_GET_TSC_KHZ", KvmIoctl.GET_TSC_KHZ, 0);
  }

  /** KVM_SET_TSC_KHZ; needs {@link KvmCap#TSC_CONTROL} for a rate that is not the host's. */
  public void setTscKhz(int khz) {
    fd.ioctl("KVM_SET_TSC_KHZ", KvmIoctl.SET_TSC_KHZ, khz);
  }

  /**
   * KVM_SET_GUEST_DEBUG.
   *
   * @param control sum of the {@code GUESTDBG_} constants of {@link KvmConst}, 0 to switch it off
   * @param debugRegisters DR0 to DR7 for hardware breakpoints, may be left out
   */
  public void setGuestDebug(int control, long... debugRegisters) {
    if (debugRegisters.length > MAX_DEBUG_REGISTERS) {
      throw new IllegalArgumentException("there are 8 debug registers");
    }
    MemorySegment struct = Scratch.zeroed(VcpuLayout.GuestDebug.SIZE);
    Field.put32(struct, VcpuLayout.GuestDebug.CONTROL, control);
    for (int i = 0; i < debugRegisters.length; i++) {
      long at = VcpuLayout.GuestDebug.DEBUGREG + (long) Long.BYTES * i;
      Field.put64(struct, at, debugRegisters[i]);
    }
    fd.ioctl("KVM_SET_GUEST_DEBUG", KvmIoctl.SET_GUEST_DEBUG, struct);
  }

  /** KVM_NMI: queues a non-maskable interrupt. */
  public void nmi() {
    fd.ioctl("KVM_NMI", KvmIoctl.NMI, 0);
  }

  /**
   * KVM_KVMCLOCK_CTRL: tells the guest's watchdogs that it was paused.
   *
   * @return false when the guest has no kvmclock
   */
  public boolean kvmclockCtrl() {
    long result = fd.tryIoctl("KVM_KVMCLOCK_CTRL", KvmIoctl.KVMCLOCK_CTRL, 0);
    if (result == -Errno.EINVAL) {
      return false;
    }
    LibC.check(result, "KVM_KVMCLOCK_CTRL", fd.object());
    return true;
  }

  private MemorySegment get(String call, long request, int bytes) {
    MemorySegment struct = Scratch.zeroed(bytes);
    fd.ioctl(call, request, struct);
    return struct;
  }

  private byte[] getBytes(String call, long request, int bytes) {
    return Field.bytes(get(call, request, bytes), 0, bytes);
  }

  private void setBytes(String call, long request, byte[] state) {
    MemorySegment struct = Scratch.zeroed(state.length);
    Field.putBytes(struct, 0, state);
    fd.ioctl(call, request, struct);
  }

  /** Unmaps the shared page and closes the descriptor. Idempotent. */
  @Override
  public void close() {
    // The mapping holds a reference on the vCPU too, so it has to go first.
    runPage.close();
    fd.close();
  }
}
