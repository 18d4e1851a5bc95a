package dev.spore.plugin.trace;

import dev.spore.plugin.PluginLimits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers of the binary form. A file is the magic and blocks; each block is the length of its
 * packed bytes, that of its unpacked bytes (both 32 bits, little-endian) and a Zstandard frame. The
 * unpacked bytes of all blocks together are the module as JSON, the entry's name, records, and
 * after the record that ends them the outcome, the checksum and the metadata. That record begins
 * the last block, whose offset stands at the end of the file (64 bits, little-endian).
 */
final class BinaryForm {
  private static final byte[] MAGIC = "SPTRACE1".getBytes(StandardCharsets.US_ASCII);

  static final int MAGIC_BYTES = 8;

  /** Bytes after the last block. */
  static final int TRAILER_BYTES = 8;

  /** Bytes before the packed ones of a block. */
  static final int BLOCK_HEADER_BYTES = 8;

  /** Packed bytes of a block at most: what a block that does not get smaller can take. */
  static final int PACKED_BYTES_MAX = PluginLimits.TRACE_BLOCK_BYTES_MAX * 101 / 100 + 1024;

  // Records.
  static final int END = 0;
  static final int FULL = 1;
  static final int SITE = 2;

  /** The number of a site is added. */
  static final int AT_SITE = 3;

  // Values.
  static final int NIL = 0;
  static final int FALSE = 1;
  static final int TRUE = 2;
  static final int I64 = 3;
  static final int F64 = 4;
  static final int TEXT = 5;
  static final int ARRAY = 6;
  static final int FUNCTION = 7;
  static final int CAPABILITY = 8;

  private BinaryForm() {}

  static boolean matches(byte[] start) {
    return Arrays.equals(start, MAGIC);
  }

  /** An offset as the end of a file has it. */
  static long offset(byte[] trailer) {
    long offset = 0;
    for (int i = TRAILER_BYTES - 1; i >= 0; i--) {
      offset = (offset << 8) | (trailer[i] & 0xff);
    }
    return offset;
  }

  static byte[] trailer(long offset) {
    byte[] trailer = new byte[TRAILER_BYTES];
    for (int i = 0; i < TRAILER_BYTES; i++) {
      trailer[i] = (byte) (offset >>> (8 * i));
    }
    return trailer;
  }

  static byte[] magic() {
    return MAGIC.clone();
  }
}
