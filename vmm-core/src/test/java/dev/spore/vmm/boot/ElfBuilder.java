package dev.spore.vmm.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Makes small ELF64 kernels, sound ones unless a test damages the bytes afterwards. */
public final class ElfBuilder {
  static final int PHOFF = 64;

  private record Load(long gpa, ByteBuffer bytes, long memoryBytes) {}

  private final List<Load> loads = new ArrayList<>();
  private long entry = 0x10_0000;

  public ElfBuilder entry(long gpa) {
    entry = gpa;
    return this;
  }

  public ElfBuilder load(long gpa, byte[] bytes, long memoryBytes) {
    loads.add(new Load(gpa, ByteBuffer.wrap(bytes), memoryBytes));
    return this;
  }

  /** An image without segments yet, entered at 1 MiB. */
  public ElfBuilder() {}

  /** Headers, then the segments' bytes, then one empty section header that ends the file. */
  public byte[] build() {
    int dataAt = PHOFF + loads.size() * ElfImage.PROGRAM_HEADER_BYTES;
    int dataBytes = loads.stream().mapToInt(l -> l.bytes().capacity()).sum();
    ByteBuffer out =
        ByteBuffer.allocate(dataAt + dataBytes + ElfImage.SECTION_HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    out.putShort((short) 2).putShort((short) 62).putInt(1).putLong(entry).putLong(PHOFF);
    out.putLong(dataAt + dataBytes).putInt(0).putShort((short) ElfImage.HEADER_BYTES);
    out.putShort((short) ElfImage.PROGRAM_HEADER_BYTES).putShort((short) loads.size());
    out.putShort((short) ElfImage.SECTION_HEADER_BYTES).putShort((short) 1).putShort((short) 0);
    int at = dataAt;
    for (Load load : loads) {
      out.putInt(1).putInt(7).putLong(at).putLong(0xffff_ffff_8000_0000L + load.gpa());
      out.putLong(load.gpa())
          .putLong(load.bytes().capacity())
          .putLong(load.memoryBytes())
          .putLong(1);
      at += load.bytes().capacity();
    }
    loads.forEach(load -> out.put(load.bytes().duplicate()));
    return out.array();
  }

  /** Two segments with recognisable bytes and some uninitialised data: 1 MiB and 1.5 MiB. */
  static byte[] small() {
    return new ElfBuilder()
        .load(0x10_0000, pattern(300, 1), 300)
        .load(0x18_0000, pattern(200, 2), 0x3000)
        .build();
  }

  static byte[] pattern(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + seed * 7 + (i >> 8));
    }
    return bytes;
  }
}
