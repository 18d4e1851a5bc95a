package dev.spore.vmm.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The program headers of an ELF64 kernel (System V gABI, chapters 4 and 5), checked against
 * themselves and the file. Notes are not looked at: the 64-bit entry needs none.
 *
 * @param entry physical address of the first instruction, inside the file part of a segment
 * @param segments what to load, by rising address, without overlap, none empty, all at or above
 *     {@link BootLayout#HIGH_RAM}
 */
record ElfImage(long entry, List<Segment> segments) {
  static final int HEADER_BYTES = 64;
  static final int PROGRAM_HEADER_BYTES = 56;
  static final int SECTION_HEADER_BYTES = 64;

  private static final int MAGIC = 0x464c_457f;
  private static final int CLASS_64 = 2;
  private static final int DATA_LITTLE_ENDIAN = 1;
  private static final int TYPE_EXECUTABLE = 2;
  private static final int MACHINE_X86_64 = 62;
  private static final int SEGMENT_LOAD = 1;

  private static final String WANTED = "give an x86-64 Linux vmlinux or bzImage";

  /**
   * One PT_LOAD.
   *
   * @param fileOffset where its bytes start in the file
   * @param gpa where they go ({@code p_paddr})
   * @param fileBytes bytes in the file, at most {@code memoryBytes}
   * @param memoryBytes bytes in memory, at least 1; those beyond the file's are zero
   */
  record Segment(long fileOffset, long gpa, long fileBytes, long memoryBytes) {
    long end() {
      return gpa + memoryBytes;
    }
  }

  ElfImage {
    segments = List.copyOf(segments);
  }

  /** Whether {@code prefix}, at its position, starts as an ELF file does. */
  static boolean matches(ByteBuffer prefix) {
    return prefix.remaining() >= Integer.BYTES && littleEndian(prefix).getInt(0) == MAGIC;
  }

  /**
   * Reads and checks the headers.
   *
   * @throws dev.spore.vmm.SporeException object.invalid, naming the file and the field
   */
  static ElfImage parse(ByteSource source) {
    if (source.sizeBytes() < HEADER_BYTES) {
      throw BootError.damaged(
          source.name(), "is truncated: %d bytes, no ELF header".formatted(source.sizeBytes()));
    }
    ByteBuffer header = read(source, 0, HEADER_BYTES);
    if (!matches(header)) {
      throw BootError.invalid(source.name(), "is not an ELF file", WANTED);
    }
    checkIdentity(source, header);
    checkSectionTable(source, header);
    List<Segment> segments = readSegments(source, header);
    long entry = header.getLong(24);
    boolean inside =
        segments.stream().anyMatch(s -> entry >= s.gpa() && entry - s.gpa() < s.fileBytes());
    if (!inside) {
      throw BootError.damaged(
          source.name(), "has its entry 0x%x outside every segment".formatted(entry));
    }
    return new ElfImage(entry, segments);
  }

  /** First address after the last segment, uninitialised data included. */
  long end() {
    return segments.getLast().end();
  }

  private static void checkIdentity(ByteSource source, ByteBuffer header) {
    String wrong = null;
    if (header.get(4) != CLASS_64) {
      wrong = "is not a 64-bit ELF file";
    } else if (header.get(5) != DATA_LITTLE_ENDIAN) {
      wrong = "is a big-endian ELF file";
    } else if (u16(header, 18) != MACHINE_X86_64) {
      wrong = "is for ELF machine %d, not x86-64".formatted(u16(header, 18));
    } else if (u16(header, 16) != TYPE_EXECUTABLE) {
      wrong = "is of ELF type %d, not an executable".formatted(u16(header, 16));
    } else if (header.get(6) != 1 || header.getInt(20) != 1) {
      wrong = "is of an unknown ELF version";
    }
    if (wrong != null) {
      throw BootError.invalid(source.name(), wrong, WANTED);
    }
  }

  /**
   * Sections are not loaded, but their table ends the file, and so shows a truncation that left
   * every segment whole.
   */
  private static void checkSectionTable(ByteSource source, ByteBuffer header) {
    long offset = header.getLong(40);
    if (offset == 0) {
      return;
    }
    int count = u16(header, 60);
    if (count > 0 && u16(header, 58) != SECTION_HEADER_BYTES) {
      throw BootError.damaged(
          source.name(), "has section headers of %d bytes".formatted(u16(header, 58)));
    }
    if (!ByteSource.fits(offset, (long) count * SECTION_HEADER_BYTES, source.sizeBytes())) {
      throw truncated(source, "section headers");
    }
  }

  private static List<Segment> readSegments(ByteSource source, ByteBuffer header) {
    int count = u16(header, 56);
    if (count == 0 || count > BootLimits.ELF_PROGRAM_HEADERS_MAX) {
      throw BootError.invalid(
          source.name(),
          "has %d program headers, 1 to %d are read"
              .formatted(count, BootLimits.ELF_PROGRAM_HEADERS_MAX),
          WANTED);
    }
    if (u16(header, 54) != PROGRAM_HEADER_BYTES) {
      throw BootError.damaged(
          source.name(), "has program headers of %d bytes".formatted(u16(header, 54)));
    }
    long offset = header.getLong(32);
    int tableBytes = count * PROGRAM_HEADER_BYTES;
    if (!ByteSource.fits(offset, tableBytes, source.sizeBytes())) {
      throw truncated(source, "program headers");
    }
    ByteBuffer table = read(source, offset, tableBytes);
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = i * PROGRAM_HEADER_BYTES;
      if (table.getInt(at) == SEGMENT_LOAD && table.getLong(at + 40) != 0) {
        segments.add(segment(source, table, at, i));
      }
    }
    checkOrder(source, segments);
    return segments;
  }

  private static Segment segment(ByteSource source, ByteBuffer table, int at, int index) {
    long offset = table.getLong(at + 8);
    long gpa = table.getLong(at + 24);
    long fileBytes = table.getLong(at + 32);
    long memoryBytes = table.getLong(at + 40);
    if (!ByteSource.fits(offset, fileBytes, source.sizeBytes())) {
      throw truncated(source, "segment %d".formatted(index));
    }
    if (memoryBytes < fileBytes) {
      throw BootError.damaged(
          source.name(), "has segment %d larger in the file than in memory".formatted(index));
    }
    if (gpa < BootLayout.HIGH_RAM || !ByteSource.fits(gpa, memoryBytes, BootLayout.HOLE_START)) {
      throw BootError.invalid(
          source.name(),
          "has segment %d at 0x%x+0x%x, outside 0x%x to 0x%x"
              .formatted(index, gpa, memoryBytes, BootLayout.HIGH_RAM, BootLayout.HOLE_START),
          "give a kernel linked for that range, as every ordinary one is");
    }
    return new Segment(offset, gpa, fileBytes, memoryBytes);
  }

  private static void checkOrder(ByteSource source, List<Segment> segments) {
    if (segments.isEmpty()) {
      throw BootError.damaged(source.name(), "has no segment to load");
    }
    segments.sort((a, b) -> Long.compare(a.gpa(), b.gpa()));
    for (int i = 1; i < segments.size(); i++) {
      if (segments.get(i).gpa() < segments.get(i - 1).end()) {
        throw BootError.damaged(
            source.name(), "has overlapping segments at 0x%x".formatted(segments.get(i).gpa()));
      }
    }
  }

  private static RuntimeException truncated(ByteSource source, String what) {
    return BootError.damaged(
        source.name(),
        "is truncated: %s lie outside its %d bytes".formatted(what, source.sizeBytes()));
  }

  private static ByteBuffer read(ByteSource source, long offset, int lengthBytes) {
    ByteBuffer bytes = ByteBuffer.allocate(lengthBytes);
    source.read(offset, bytes);
    return littleEndian(bytes.flip());
  }

  private static ByteBuffer littleEndian(ByteBuffer bytes) {
    return bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }
}
