package dev.spore.virtio.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guest RAM as devices and loaders see it: bounded, little-endian, unsigned, dirty-marking.
 *
 * <p>Every access names a guest physical address (GPA) and is checked against the regions; an
 * access that leaves RAM, wraps, or crosses from one region into a gap throws {@link
 * GuestMemoryException} before anything is touched. Thread-safe as memory is: concurrent accesses
 * race as a guest's own would, and never leave the segments.
 *
 * <p>A page is marked dirty after it is written. Marks are complete for whoever takes them once all
 * writers have stopped in a way it can see (a lock, a join): a mark may be skipped because it is
 * there already, and a writer still at work could skip one that is being taken.
 */
public final class GuestMemory {
  /** Bytes of one page, the unit of dirty marking. */
  public static final int PAGE_BYTES = 4096;

  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U16_ATOMIC =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /**
   * One contiguous piece of guest RAM.
   *
   * @param gpa guest physical address of its first byte, page aligned
   * @param bytes exactly the RAM, never more: its bounds are the guard
   */
  public record Region(long gpa, MemorySegment bytes) {
    public Region {
      if (gpa < 0 || gpa % PAGE_BYTES != 0 || bytes.byteSize() % PAGE_BYTES != 0) {
        throw new IllegalArgumentException("region at 0x%x is not page aligned".formatted(gpa));
      }
      if (bytes.byteSize() == 0 || Long.MAX_VALUE - gpa < bytes.byteSize()) {
        throw new IllegalArgumentException("region at 0x%x is empty or wraps".formatted(gpa));
      }
    }

    long end() {
      return gpa + bytes.byteSize();
    }
  }

  private final Region[] regions;
  private final DirtyPages[] dirty;
  private final @Nullable Residency residency;

  private GuestMemory(List<Region> regions, @Nullable Residency residency) {
    this.residency = residency;
    this.regions = regions.toArray(Region[]::new);
    this.dirty = new DirtyPages[this.regions.length];
    for (int i = 0; i < this.regions.length; i++) {
      Region region = this.regions[i];
      if (i > 0 && region.gpa() < this.regions[i - 1].end()) {
        throw new IllegalArgumentException("regions overlap or are not in address order");
      }
      dirty[i] = new DirtyPages(region.bytes().byteSize() / PAGE_BYTES);
    }
  }

  /** RAM made of {@code regions}, in rising address order without overlap. */
  public static GuestMemory of(List<Region> regions) {
    return create(regions, null);
  }

  /**
   * RAM whose pages may not be there yet.
   *
   * @param residency asked before every access; what goes round this class (a {@link Region}'s
   *     bytes) must ask for itself
   */
  public static GuestMemory of(List<Region> regions, Residency residency) {
    return create(regions, residency);
  }

  private static GuestMemory create(List<Region> regions, @Nullable Residency residency) {
    if (regions.isEmpty()) {
      throw new IllegalArgumentException("guest RAM has no region");
    }
    return new GuestMemory(regions, residency);
  }

  /** One region from GPA 0, as tests and micro-guests use. */
  public static GuestMemory ofSingle(MemorySegment bytes) {
    return of(List.of(new Region(0, bytes)));
  }

  /** The regions, in address order. */
  public List<Region> regions() {
    return List.of(regions);
  }

  /** Bytes of RAM, gaps not counted. */
  public long sizeBytes() {
    long sum = 0;
    for (Region region : regions) {
      sum += region.bytes().byteSize();
    }
    return sum;
  }

  /**
   * Whether {@code [gpa, gpa + lengthBytes)} lies inside one region; a length of 0 needs a valid
   * address.
   */
  public boolean contains(long gpa, long lengthBytes) {
    return find(gpa, lengthBytes) >= 0;
  }

  /** Pages written through this object since they were last taken, by region index. */
  public DirtyPages dirtyPages(int regionIndex) {
    return dirty[regionIndex];
  }

  public int u8(long gpa) {
    int i = require(gpa, 1);
    return regions[i].bytes().get(ValueLayout.JAVA_BYTE, gpa - regions[i].gpa()) & 0xff;
  }

  public int u16(long gpa) {
    int i = require(gpa, 2);
    return regions[i].bytes().get(U16, gpa - regions[i].gpa()) & 0xffff;
  }

  public long u32(long gpa) {
    int i = require(gpa, 4);
    return regions[i].bytes().get(U32, gpa - regions[i].gpa()) & 0xffff_ffffL;
  }

  /** All 64 bits; compare with {@link Long#compareUnsigned}. */
  public long u64(long gpa) {
    int i = require(gpa, 8);
    return regions[i].bytes().get(U64, gpa - regions[i].gpa());
  }

  public void putU8(long gpa, int value) {
    int i = require(gpa, 1);
    regions[i].bytes().set(ValueLayout.JAVA_BYTE, gpa - regions[i].gpa(), (byte) value);
    dirty[i].mark(gpa - regions[i].gpa(), 1);
  }

  public void putU16(long gpa, int value) {
    int i = require(gpa, 2);
    regions[i].bytes().set(U16, gpa - regions[i].gpa(), (short) value);
    dirty[i].mark(gpa - regions[i].gpa(), 2);
  }

  public void putU32(long gpa, long value) {
    int i = require(gpa, 4);
    regions[i].bytes().set(U32, gpa - regions[i].gpa(), (int) value);
    dirty[i].mark(gpa - regions[i].gpa(), 4);
  }

  public void putU64(long gpa, long value) {
    int i = require(gpa, 8);
    regions[i].bytes().set(U64, gpa - regions[i].gpa(), value);
    dirty[i].mark(gpa - regions[i].gpa(), 8);
  }

  /**
   * Reads a 2-byte aligned ring index; what the driver wrote before publishing it is visible after.
   */
  public int u16Acquire(long gpa) {
    int i = require(gpa, 2);
    return (short) U16_ATOMIC.getAcquire(regions[i].bytes(), gpa - regions[i].gpa()) & 0xffff;
  }

  /** Publishes a 2-byte aligned ring index after everything this thread wrote before. */
  public void putU16Release(long gpa, int value) {
    int i = require(gpa, 2);
    U16_ATOMIC.setRelease(regions[i].bytes(), gpa - regions[i].gpa(), (short) value);
    dirty[i].mark(gpa - regions[i].gpa(), 2);
  }

  /** Copies guest bytes to {@code target[offset, offset + length)}. */
  public void read(long gpa, byte[] target, int offset, int length) {
    int i = require(gpa, length);
    MemorySegment.copy(
        regions[i].bytes(), ValueLayout.JAVA_BYTE, gpa - regions[i].gpa(), target, offset, length);
  }

  /** Copies {@code source[offset, offset + length)} to guest memory. */
  public void write(long gpa, byte[] source, int offset, int length) {
    int i = require(gpa, length);
    MemorySegment.copy(
        source, offset, regions[i].bytes(), ValueLayout.JAVA_BYTE, gpa - regions[i].gpa(), length);
    dirty[i].mark(gpa - regions[i].gpa(), length);
  }

  /** Fills with {@code value}. */
  public void fill(long gpa, long lengthBytes, byte value) {
    int i = require(gpa, lengthBytes);
    regions[i].bytes().asSlice(gpa - regions[i].gpa(), lengthBytes).fill(value);
    dirty[i].mark(gpa - regions[i].gpa(), lengthBytes);
  }

  /** A view for a channel to read from (guest to host). */
  public ByteBuffer readable(long gpa, int lengthBytes) {
    int i = require(gpa, lengthBytes);
    return slice(i, gpa, lengthBytes).asReadOnlyBuffer();
  }

  /**
   * A view for a channel to write into (host to guest). Its pages count as written from the start:
   * take no marks while somebody still fills it. Not to be kept beyond the request: its pages are
   * resident now, and marked now.
   */
  public ByteBuffer writable(long gpa, int lengthBytes) {
    int i = require(gpa, lengthBytes);
    dirty[i].mark(gpa - regions[i].gpa(), lengthBytes);
    return slice(i, gpa, lengthBytes);
  }

  private ByteBuffer slice(int i, long gpa, int lengthBytes) {
    return regions[i].bytes().asSlice(gpa - regions[i].gpa(), lengthBytes).asByteBuffer();
  }

  private int require(long gpa, long lengthBytes) {
    int i = find(gpa, lengthBytes);
    if (i < 0) {
      throw new GuestMemoryException(gpa, lengthBytes);
    }
    if (residency != null && lengthBytes > 0) {
      residency.require(i, gpa - regions[i].gpa(), lengthBytes);
    }
    return i;
  }

  /** Index of the region that holds the whole range, or -1. Written so that no sum can wrap. */
  private int find(long gpa, long lengthBytes) {
    if (gpa < 0 || lengthBytes < 0) {
      return -1;
    }
    for (int i = 0; i < regions.length; i++) {
      long offset = gpa - regions[i].gpa();
      long size = regions[i].bytes().byteSize();
      if (offset >= 0 && offset < size && lengthBytes <= size - offset) {
        return i;
      }
    }
    return -1;
  }
}
