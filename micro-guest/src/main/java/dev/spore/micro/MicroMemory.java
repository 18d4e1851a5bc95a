package dev.spore.micro;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * The memory of a machine as its host sees it, little-endian. What is written here is undone by the
 * next reset, like what the guest writes. Everything read here is the guest's: hostile.
 *
 * <p>Only while the machine does not run, from one thread.
 */
public final class MicroMemory {
  private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MemorySegment memory;
  private final BitSet written = new BitSet();

  /** Over any memory, for readers that are to be tried without a machine. */
  public MicroMemory(MemorySegment memory) {
    this.memory = memory;
  }

  public long sizeBytes() {
    return memory.byteSize();
  }

  /** Whether a range is inside; for any numbers. */
  public boolean contains(long address, long lengthBytes) {
    return address >= 0
        && lengthBytes >= 0
        && lengthBytes <= memory.byteSize()
        && address <= memory.byteSize() - lengthBytes;
  }

  public int u16(long address) {
    return Short.toUnsignedInt(memory.get(U16, address));
  }

  public long u32(long address) {
    return Integer.toUnsignedLong(memory.get(U32, address));
  }

  public long u64(long address) {
    return memory.get(U64, address);
  }

  public byte[] bytes(long address, int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, address, bytes, 0, lengthBytes);
    return bytes;
  }

  public void putU64(long address, long value) {
    memory.set(U64, address, value);
    mark(address, Long.BYTES);
  }

  public void put(long address, byte[] bytes) {
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, address, bytes.length);
    mark(address, bytes.length);
  }

  private void mark(long address, long lengthBytes) {
    if (lengthBytes > 0) {
      int first = (int) (address / MicroLimits.PAGE);
      written.set(first, (int) ((address + lengthBytes - 1) / MicroLimits.PAGE) + 1);
    }
  }

  /** Pages written since they were last cleared. */
  BitSet written() {
    return written;
  }

  MemorySegment segment() {
    return memory;
  }
}
