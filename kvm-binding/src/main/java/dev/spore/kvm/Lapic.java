package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/**
 * A local APIC's register page ({@code struct kvm_lapic_state}, asm/kvm.h): its content is the
 * hardware's, registers of 32 bits at multiples of 16 bytes (Intel SDM volume 3 table 11-1). Not
 * thread-safe.
 */
public final class Lapic {
  /** Registers of 32 bits; those that cannot be read back are left out. */
  public enum Register {
    ID(0x20),
    VERSION(0x30),
    TASK_PRIORITY(0x80),
    ARBITRATION_PRIORITY(0x90),
    PROCESSOR_PRIORITY(0xa0),
    LOGICAL_DESTINATION(0xd0),
    DESTINATION_FORMAT(0xe0),
    SPURIOUS_VECTOR(0xf0),
    ERROR_STATUS(0x280),
    LVT_CMCI(0x2f0),
    ICR_LOW(0x300),
    ICR_HIGH(0x310),
    LVT_TIMER(0x320),
    LVT_THERMAL(0x330),
    LVT_PERFORMANCE(0x340),
    LVT_LINT0(0x350),
    LVT_LINT1(0x360),
    LVT_ERROR(0x370),
    INITIAL_COUNT(0x380),
    CURRENT_COUNT(0x390),
    DIVIDE(0x3e0);

    private final int offset;

    Register(int offset) {
      this.offset = offset;
    }
  }

  /** Registers of 256 bits, one a vector. */
  public enum Vectors {
    IN_SERVICE(0x100),
    TRIGGER_MODE(0x180),
    REQUESTED(0x200);

    private final int offset;

    Vectors(int offset) {
      this.offset = offset;
    }

    private int at(int quarter) {
      return offset + quarter * 2 * STRIDE_BYTES;
    }
  }

  private static final int STRIDE_BYTES = 16;

  private final MemorySegment page;

  /** All registers zero. */
  public Lapic() {
    page = MemorySegment.ofArray(new byte[VcpuLayout.Lapic.SIZE]);
  }

  static Lapic read(MemorySegment struct) {
    Lapic lapic = new Lapic();
    lapic.page.copyFrom(struct.asSlice(0, VcpuLayout.Lapic.SIZE));
    return lapic;
  }

  MemorySegment write() {
    MemorySegment struct = Scratch.zeroed(VcpuLayout.Lapic.SIZE);
    MemorySegment.copy(page, 0, struct, 0, VcpuLayout.Lapic.SIZE);
    return struct;
  }

  /** The register's 32 bits. */
  public int get(Register register) {
    return Field.i32(page, register.offset);
  }

  public void set(Register register, int value) {
    Field.put32(page, register.offset, value);
  }

  /**
   * 64 of the vectors.
   *
   * @param quarter 0 to 3; bit 0 of the result is vector 64 × {@code quarter}
   */
  public long get(Vectors vectors, int quarter) {
    int at = vectors.at(quarter);
    return Field.u32(page, at) | Field.u32(page, at + STRIDE_BYTES) << Integer.SIZE;
  }

  /** Sets 64 of the vectors, as {@link #get(Vectors, int)} returns them. */
  public void set(Vectors vectors, int quarter, long value) {
    int at = vectors.at(quarter);
    Field.put32(page, at, value);
    Field.put32(page, at + STRIDE_BYTES, value >>> Integer.SIZE);
  }
}
