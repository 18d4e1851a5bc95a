package dev.spore.vmm.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The setup header of a bzImage (Documentation/x86/boot.rst, "The Real-Mode Kernel Header"), as far
 * as it says where the packed vmlinux lies. The image's own decompressor is never run.
 *
 * @param payloadOffset where the payload starts in the file
 * @param payloadEnd its end, the four bytes of unpacked length included
 * @param initrdAddressMax highest address of the initrd's last byte
 */
record BzImage(long payloadOffset, long payloadEnd, long initrdAddressMax) {
  /** Bytes of the file up to the end of {@code payload_length}. */
  static final int HEADER_BYTES = 0x250;

  static final int SETUP_SECTS = 0x1f1;
  static final int SYSSIZE = 0x1f4;
  static final int BOOT_FLAG = 0x1fe;
  static final int HEADER = 0x202;
  static final int VERSION = 0x206;
  static final int INITRD_ADDR_MAX = 0x22c;
  static final int PAYLOAD_OFFSET = 0x248;
  static final int PAYLOAD_LENGTH = 0x24c;

  private static final int SECTOR_BYTES = 512;
  private static final int PARAGRAPH_BYTES = 16;

  /** What {@code setup_sects} of 0 stands for. */
  private static final int SETUP_SECTS_OLD = 4;

  /** Protocol 2.08 (Linux 2.6.26) brought payload_offset and payload_length. */
  private static final int VERSION_MIN = 0x208;

  private static final int LENGTH_BYTES = Integer.BYTES;

  /** Whether the start of a file, little-endian, is that of a bzImage. */
  static boolean matches(ByteBuffer start) {
    return start.limit() >= HEADER_BYTES
        && u16(start, BOOT_FLAG) == BootParams.BOOT_FLAG_VALUE
        && start.getInt(HEADER) == BootParams.HEADER_MAGIC;
  }

  /**
   * Checks the header.
   *
   * @param start what {@link #matches} said yes to
   * @throws dev.spore.vmm.SporeException object.invalid, naming the file and what is wrong
   */
  static BzImage parse(ByteSource file, ByteBuffer start) {
    if (u16(start, VERSION) < VERSION_MIN) {
      throw BootError.invalid(
          file.name(),
          "has boot protocol 0x%x, older than 0x%x".formatted(u16(start, VERSION), VERSION_MIN),
          "give a kernel of Linux 2.6.26 or later");
    }
    int sectors = start.get(SETUP_SECTS) & 0xff;
    long codeStart = (1L + (sectors == 0 ? SETUP_SECTS_OLD : sectors)) * SECTOR_BYTES;
    long codeBytes = u32(start, SYSSIZE) * PARAGRAPH_BYTES;
    if (!ByteSource.fits(codeStart, codeBytes, file.sizeBytes())) {
      throw BootError.damaged(
          file.name(),
          "is truncated: it has %d bytes and its header speaks of %d"
              .formatted(file.sizeBytes(), codeStart + codeBytes));
    }
    long offset = u32(start, PAYLOAD_OFFSET);
    long length = u32(start, PAYLOAD_LENGTH);
    if (length <= Compression.MAGIC_BYTES_MAX + LENGTH_BYTES
        || !ByteSource.fits(codeStart + offset, length, file.sizeBytes())) {
      throw BootError.damaged(
          file.name(), "has its payload 0x%x+0x%x outside the file".formatted(offset, length));
    }
    long payload = codeStart + offset;
    return new BzImage(payload, payload + length, u32(start, INITRD_ADDR_MAX));
  }

  /**
   * The vmlinux inside. Closing it closes {@code file}.
   *
   * @throws dev.spore.vmm.SporeException object.invalid when it cannot be unpacked
   */
  UnpackedSource unpack(ByteSource file) {
    ByteBuffer magic = ByteBuffer.allocate(Compression.MAGIC_BYTES_MAX);
    file.read(payloadOffset, magic);
    @Nullable Compression compression = Compression.of(magic.flip());
    if (compression == null) {
      throw BootError.damaged(file.name(), "has a payload of an unknown format");
    }
    long unpackedBytes = unpackedBytes(file);
    long end = compression.endsWithItsLength() ? payloadEnd : payloadEnd - LENGTH_BYTES;
    try {
      var packed = new SourceInputStream(file, payloadOffset, end);
      return new UnpackedSource(file, compression.unpack(file.name(), packed), unpackedBytes);
    } catch (IOException e) {
      throw BootError.damaged(file.name(), "has a payload that cannot be unpacked", e);
    }
  }

  private long unpackedBytes(ByteSource file) {
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(payloadEnd - LENGTH_BYTES, length);
    long bytes = u32(length, 0);
    if (bytes > BootLimits.UNPACKED_BYTES_MAX) {
      throw BootError.invalid(
          file.name(),
          "unpacks to %d bytes, at most %d are taken"
              .formatted(bytes, BootLimits.UNPACKED_BYTES_MAX),
          "give a smaller kernel, or its vmlinux");
    }
    return bytes;
  }

  private static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private static long u32(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
