package dev.spore.kvm;

import dev.spore.kvm.RunLayout.Debug;
import dev.spore.kvm.RunLayout.EmulationFailure;
import dev.spore.kvm.RunLayout.FailEntry;
import dev.spore.kvm.RunLayout.Hypercall;
import dev.spore.kvm.RunLayout.Internal;
import dev.spore.kvm.RunLayout.Io;
import dev.spore.kvm.RunLayout.Mmio;
import dev.spore.kvm.RunLayout.Run;
import dev.spore.kvm.RunLayout.SystemEvent;
import java.lang.foreign.MemorySegment;

/**
 * The page a vCPU shares with the kernel ({@code struct kvm_run}, linux/kvm.h; Linux
 * Documentation/virt/kvm/api.rst §5).
 *
 * <p>The {@code io}, {@code mmio}, ... accessors mean something only after an exit of that reason,
 * until the next {@link VcpuFd#run()}. Only for the vCPU's thread, except {@link
 * #setImmediateExit}. The kernel writes the page, the guest cannot; {@code io} and {@code mmio}
 * values in it are the guest's. After the vCPU is closed every access throws {@link
 * IllegalStateException}.
 */
public final class RunPage {
  private static final int MAX_INSTRUCTION_BYTES = 15;
  private static final int MAX_DATA_WORDS = 16;

  private final Mapping mapping;
  private final MemorySegment page;

  RunPage(Mapping mapping) {
    this.mapping = mapping;
    this.page = mapping.segment();
  }

  /** Why KVM_RUN returned 0: a constant of {@link KvmExit}. */
  public int exitReason() {
    return Field.i32(page, Run.EXIT_REASON);
  }

  public boolean immediateExit() {
    return Field.u8(page, Run.IMMEDIATE_EXIT) != 0;
  }

  /** When set, KVM_RUN completes what is pending and returns EINTR at once. Any thread. */
  public void setImmediateExit(boolean value) {
    Field.put8(page, Run.IMMEDIATE_EXIT, value);
  }

  /** Like {@link #setImmediateExit}, false when the page is gone. */
  boolean trySetImmediateExit() {
    return mapping.ifOpen(() -> setImmediateExit(true));
  }

  /** Whether the guest could take an interrupt now; the interrupt flag alone. */
  public boolean interruptFlag() {
    return Field.u8(page, Run.IF_FLAG) != 0;
  }

  // KVM_EXIT_IO

  /** Whether the guest writes (OUT); otherwise it reads and waits for {@link #setIoValue}. */
  public boolean ioIsWrite() {
    return Field.u8(page, Io.DIRECTION) == KvmConst.EXIT_IO_OUT;
  }

  /** Width of one access in bytes: 1, 2 or 4. */
  public int ioSize() {
    return Field.u8(page, Io.IO_SIZE);
  }

  public int ioPort() {
    return Field.u16(page, Io.PORT);
  }

  /** How many accesses of {@link #ioSize} this exit stands for: more than 1 for INS and OUTS. */
  public int ioCount() {
    return Field.i32(page, Io.COUNT);
  }

  /** Value the guest writes with access {@code i}, 0 to {@link #ioCount} - 1, unsigned. */
  public long ioValue(int i) {
    return Width.read(page, ioAt(i), ioSize());
  }

  /** Answers access {@code i} of a read; excess high bits are dropped. */
  public void setIoValue(int i, long value) {
    Width.write(page, ioAt(i), ioSize(), value);
  }

  private long ioAt(int i) {
    return Field.u64(page, Io.DATA_OFFSET) + (long) i * ioSize();
  }

  // KVM_EXIT_MMIO

  /** Guest physical address of the access. */
  public long mmioAddress() {
    return Field.u64(page, Mmio.PHYS_ADDR);
  }

  /** Width in bytes, 1 to 8; not always a power of two. */
  public int mmioSize() {
    return Field.i32(page, Mmio.LEN);
  }

  /** Whether the guest writes; otherwise it reads and waits for {@link #setMmioValue}. */
  public boolean mmioIsWrite() {
    return Field.u8(page, Mmio.IS_WRITE) != 0;
  }

  /** What the guest writes: the low {@link #mmioSize} bytes, the others zero. */
  public long mmioValue() {
    int unused = Long.SIZE - Byte.SIZE * mmioSize();
    return Field.u64(page, Mmio.DATA) << unused >>> unused;
  }

  /** Answers a read; excess high bytes are ignored. */
  public void setMmioValue(long value) {
    Field.put64(page, Mmio.DATA, value);
  }

  // KVM_EXIT_INTERNAL_ERROR

  /** {@code INTERNAL_ERROR_} constant of {@link KvmConst}. */
  public int internalSuberror() {
    return Field.i32(page, Internal.SUBERROR);
  }

  /** What KVM adds to the error: up to 16 words. */
  public long[] internalData() {
    return words(Internal.NDATA, Internal.DATA);
  }

  /**
   * The instruction KVM's emulator gave up on, for suberror {@link
   * KvmConst#INTERNAL_ERROR_EMULATION}: up to 15 bytes at RIP, possibly more than the instruction;
   * empty when KVM does not tell.
   */
  public byte[] emulationFailureBytes() {
    if (Field.i32(page, Internal.NDATA) == 0
        || (Field.u64(page, EmulationFailure.FLAGS)
                & KvmConst.INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES)
            == 0) {
      return new byte[0];
    }
    int length = Math.min(Field.u8(page, EmulationFailure.INSN_SIZE), MAX_INSTRUCTION_BYTES);
    return Field.bytes(page, EmulationFailure.INSN_BYTES, length);
  }

  // KVM_EXIT_FAIL_ENTRY

  /** The hardware's reason, as the processor manual defines it. */
  public long failEntryReason() {
    return Field.u64(page, FailEntry.HARDWARE_ENTRY_FAILURE_REASON);
  }

  /** Host processor on which the entry failed. */
  public int failEntryCpu() {
    return Field.i32(page, FailEntry.CPU);
  }

  /** KVM_EXIT_UNKNOWN: the hardware's exit reason. */
  public long hardwareExitReason() {
    return Field.u64(page, RunLayout.Hw.HARDWARE_EXIT_REASON);
  }

  // KVM_EXIT_SYSTEM_EVENT

  /** {@code SYSTEM_EVENT_} constant of {@link KvmConst}. */
  public int systemEventType() {
    return Field.i32(page, SystemEvent.TYPE);
  }

  /** What the event adds: up to 16 words. */
  public long[] systemEventData() {
    return words(SystemEvent.NDATA, SystemEvent.DATA);
  }

  // KVM_EXIT_HYPERCALL

  public long hypercallNumber() {
    return Field.u64(page, Hypercall.NR);
  }

  /** Argument {@code i}, 0 to 5. */
  public long hypercallArgument(int i) {
    return Field.u64(page, Hypercall.ARGS + (long) Long.BYTES * i);
  }

  public void setHypercallResult(long value) {
    Field.put64(page, Hypercall.RET, value);
  }

  // KVM_EXIT_DEBUG

  /** Vector: 1 for #DB, 3 for #BP. */
  public int debugException() {
    return Field.i32(page, Debug.EXCEPTION);
  }

  /** Linear address of the instruction. */
  public long debugPc() {
    return Field.u64(page, Debug.PC);
  }

  public long debugDr6() {
    return Field.u64(page, Debug.DR6);
  }

  // KVM_EXIT_X86_RDMSR, KVM_EXIT_X86_WRMSR

  public int msrIndex() {
    return Field.i32(page, RunLayout.Msr.INDEX);
  }

  /** {@code MSR_EXIT_REASON_} constant of {@link KvmConst}. */
  public int msrReason() {
    return Field.i32(page, RunLayout.Msr.REASON);
  }

  /** What the guest writes. */
  public long msrData() {
    return Field.u64(page, RunLayout.Msr.DATA);
  }

  /** Answers a read. */
  public void setMsrData(long value) {
    Field.put64(page, RunLayout.Msr.DATA, value);
  }

  /** Makes the instruction fault with #GP. */
  public void setMsrError(boolean fault) {
    Field.put8(page, RunLayout.Msr.ERROR, fault);
  }

  private long[] words(int countOffset, int dataOffset) {
    int count = (int) Math.min(Field.u32(page, countOffset), MAX_DATA_WORDS);
    long[] data = new long[count];
    for (int i = 0; i < count; i++) {
      data[i] = Field.u64(page, dataOffset + (long) Long.BYTES * i);
    }
    return data;
  }

  void close() {
    mapping.close();
  }
}
