package dev.spore.plugin.guest;

import dev.spore.micro.AddressSpace;
import dev.spore.micro.Region;
import dev.spore.micro.Region.Access;
import java.util.ArrayList;
import java.util.List;

/**
 * Where things are in the machine of a plugin. Addresses below {@link #VALUES} are the same in all
 * of them; interpreter.ld and machine.h say them too.
 *
 * @param image address of the program
 * @param valuesEnd end of the registers of open frames
 * @param heap address of the first half of the heap
 * @param heapBytes of one half
 */
record GuestLayout(AddressSpace space, long image, long valuesEnd, long heap, long heapBytes) {
  static final long RING = 0x40000;
  static final long CODE = 0x60000;
  private static final long STACK = 0x1e0000;
  static final long STACK_TOP = 0x200000;

  /**
   * In which host and guest tell each other things. In one page with the first registers: each page
   * that a run writes costs the next run some microseconds.
   */
  static final long BOX = STACK_TOP;

  static final int BOX_BYTES = 1024;
  static final long VALUES = BOX + BOX_BYTES;

  /** Bytes of an event in the ring. */
  static final int EVENT_BYTES = 24;

  static final int RING_EVENTS = (int) ((CODE - RING) / EVENT_BYTES);
  static final int CODE_BYTES_MAX = 0x10000;
  private static final long SMALL_IMAGE = CODE + CODE_BYTES_MAX;
  private static final long PIECE = 2L << 20;

  /**
   * The layout for a memory limit and a size of program.
   *
   * <p>Registers take no more than they count. Of objects, what counts n bytes takes 2 n at most,
   * and one more can be made while the one it replaces is alive: three times the limit a half.
   */
  static GuestLayout of(long memoryBytes, int imageBytes) {
    long heap = BOX + up(BOX_BYTES + memoryBytes);
    long half = up(3 * memoryBytes + PIECE);
    long end = heap + 2 * half;
    boolean small = imageBytes <= STACK - SMALL_IMAGE;
    List<Region> regions = new ArrayList<>();
    regions.add(new Region(RING, CODE - RING, Access.READ_WRITE));
    regions.add(new Region(CODE, CODE_BYTES_MAX, Access.READ_EXECUTE));
    regions.add(new Region(SMALL_IMAGE, STACK - SMALL_IMAGE, Access.READ));
    regions.add(new Region(STACK, end - STACK, Access.READ_WRITE));
    if (!small) {
      regions.add(new Region(end, up(imageBytes), Access.READ));
    }
    return new GuestLayout(new AddressSpace(regions), small ? SMALL_IMAGE : end, heap, heap, half);
  }

  private static long up(long bytes) {
    return (bytes + PIECE - 1) / PIECE * PIECE;
  }

  long heapEnd() {
    return heap + 2 * heapBytes;
  }
}
