package dev.spore.kvm;

import dev.spore.kvm.RegLayout.Dtable;
import java.lang.foreign.MemorySegment;

/**
 * GDTR or IDTR ({@code struct kvm_dtable}, asm/kvm.h).
 *
 * @param base linear address
 * @param limit last valid offset, 0 to 65535
 */
public record DescriptorTable(long base, int limit) {
  static DescriptorTable read(MemorySegment struct, long at) {
    return new DescriptorTable(
        Field.u64(struct, at + Dtable.BASE), Field.u16(struct, at + Dtable.LIMIT));
  }

  void write(MemorySegment struct, long at) {
    Field.put64(struct, at + Dtable.BASE, base);
    Field.put16(struct, at + Dtable.LIMIT, limit);
  }
}
