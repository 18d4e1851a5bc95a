package dev.spore.micro;

import dev.spore.kvm.VmFd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/** Keeps the memory of a machine what its image says, by the pages that were written since. */
final class Pristine implements AutoCloseable {
  private final VmFd vm;
  private final int slot;
  private final MicroMemory memory;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bitmap;
  private MicroImage image;

  Pristine(VmFd vm, int slot, MicroMemory memory, MicroImage image) {
    this.vm = vm;
    this.slot = slot;
    this.memory = memory;
    long words = (memory.sizeBytes() / MicroLimits.PAGE + Long.SIZE - 1) / Long.SIZE;
    this.bitmap = arena.allocate(words * Long.BYTES, Long.BYTES);
    this.image = image;
    for (MicroImage.Part part : image.parts()) {
      write(part);
    }
  }

  MicroImage image() {
    return image;
  }

  /** Nothing of the old image stays. */
  void load(MicroImage next) {
    for (MicroImage.Part part : image.parts()) {
      memory.segment().asSlice(part.address(), part.bytes().length).fill((byte) 0);
    }
    image = next;
    for (MicroImage.Part part : next.parts()) {
      write(part);
    }
  }

  private void write(MicroImage.Part part) {
    byte[] bytes = part.bytes();
    MemorySegment.copy(
        bytes, 0, memory.segment(), ValueLayout.JAVA_BYTE, part.address(), bytes.length);
  }

  /** False, and nothing done, if more was written than is worth it. */
  boolean restore() {
    vm.getDirtyLog(slot, bitmap);
    BitSet written = memory.written();
    for (long at = 0; at < bitmap.byteSize(); at += Long.BYTES) {
      long word = bitmap.get(ValueLayout.JAVA_LONG, at);
      int first = (int) (at * Byte.SIZE);
      for (; word != 0; word &= word - 1) {
        written.set(first + Long.numberOfTrailingZeros(word));
      }
    }
    // A guest that is in order has no page of the machine's own written.
    boolean own =
        !written.isEmpty() && written.nextSetBit(0) < MicroLimits.FIRST_ADDRESS / MicroLimits.PAGE;
    if (own || written.cardinality() > MicroLimits.RESET_PAGES_MAX) {
      return false;
    }
    for (int page = written.nextSetBit(0); page >= 0; page = written.nextSetBit(page + 1)) {
      restore((long) page * MicroLimits.PAGE);
    }
    written.clear();
    return true;
  }

  private void restore(long page) {
    memory.segment().asSlice(page, MicroLimits.PAGE).fill((byte) 0);
    for (MicroImage.Part part : image.parts()) {
      long from = Math.max(part.address(), page);
      long to = Math.min(part.address() + part.bytes().length, page + MicroLimits.PAGE);
      if (from < to) {
        MemorySegment.copy(
            part.bytes(),
            (int) (from - part.address()),
            memory.segment(),
            ValueLayout.JAVA_BYTE,
            from,
            (int) (to - from));
      }
    }
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
