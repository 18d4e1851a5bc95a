package dev.spore.vmm.assist;

/** The registers of one stopped vCPU as an assist sees them. Used by that vCPU's thread alone. */
public interface CpuState {
  /** General register by its encoding: 0 RAX, 1 RCX, 2 RDX, 3 RBX, 4 RSP … 15 R15. */
  long gpr(int number);

  void setGpr(int number, long value);

  long rip();

  void setRip(long value);

  long rflags();

  void setRflags(long value);

  long cr0();

  long cr3();

  long cr4();

  /** Base of FS or GS, for operands with a segment override. */
  long segmentBase(Segment segment);

  /** Current privilege level, 0 to 3. */
  int cpl();

  long xcr0();

  /** Sets XCR0; false when the processor refuses the value (the instruction then faults). */
  boolean trySetXcr0(long value);

  /** Processor extended state in the standard XSAVE format (SDM volume 1 §13.4). A copy. */
  byte[] xsave();

  /** Replaces the extended state; false when the processor refuses it. */
  boolean trySetXsave(byte[] area);

  /** Queues an exception without error code for the next entry. */
  void inject(int vector);

  /** Queues an exception with an error code for the next entry. */
  void inject(int vector, int errorCode);

  /** Queues #PF and sets CR2. */
  void injectPageFault(long linearAddress, int errorCode);

  /** Segments whose base long mode still adds. */
  enum Segment {
    NONE,
    FS,
    GS
  }
}
