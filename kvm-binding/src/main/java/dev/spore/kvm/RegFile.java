package dev.spore.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The general registers of one vCPU in a buffer that lives as long as the vCPU: for instruction
 * assists, which must not allocate. Only for the vCPU's own thread.
 *
 * <p>{@link #load()} fetches them, {@link #store()} puts them back; in between the accessors work
 * on the copy.
 */
public final class RegFile {
  /** Offsets by the number the instruction encoding uses (Intel SDM volume 2, table 3-1). */
  private static final int[] OFFSETS = {
    RegLayout.Regs.RAX, RegLayout.Regs.RCX, RegLayout.Regs.RDX, RegLayout.Regs.RBX,
    RegLayout.Regs.RSP, RegLayout.Regs.RBP, RegLayout.Regs.RSI, RegLayout.Regs.RDI,
    RegLayout.Regs.R8, RegLayout.Regs.R9, RegLayout.Regs.R10, RegLayout.Regs.R11,
    RegLayout.Regs.R12, RegLayout.Regs.R13, RegLayout.Regs.R14, RegLayout.Regs.R15,
  };

  private final Fd fd;
  private final MemorySegment buffer = Arena.ofAuto().allocate(RegLayout.Regs.SIZE, 16);

  RegFile(Fd fd) {
    this.fd = fd;
  }

  /** KVM_GET_REGS. */
  public void load() {
    fd.ioctl("KVM_GET_REGS", KvmIoctl.GET_REGS, buffer);
  }

  /** KVM_SET_REGS. */
  public void store() {
    fd.ioctl("KVM_SET_REGS", KvmIoctl.SET_REGS, buffer);
  }

  /**
   * A register by its number in the instruction encoding.
   *
   * @param number 0 RAX, 1 RCX, 2 RDX, 3 RBX, 4 RSP, 5 RBP, 6 RSI, 7 RDI, 8 to 15 R8 to R15
   */
  public long get(int number) {
    return Field.u64(buffer, OFFSETS[number]);
  }

  /** Sets a register, numbered as for {@link #get}. */
  public void set(int number, long value) {
    Field.put64(buffer, OFFSETS[number], value);
  }

  public long rip() {
    return Field.u64(buffer, RegLayout.Regs.RIP);
  }

  public void setRip(long value) {
    Field.put64(buffer, RegLayout.Regs.RIP, value);
  }

  public long rflags() {
    return Field.u64(buffer, RegLayout.Regs.RFLAGS);
  }

  public void setRflags(long value) {
    Field.put64(buffer, RegLayout.Regs.RFLAGS, value);
  }
}
