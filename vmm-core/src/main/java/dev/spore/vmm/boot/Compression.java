package dev.spore.vmm.boot;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/** What Linux packs its payload with (scripts/Makefile.lib), told apart by the first bytes. */
enum Compression {
  GZIP("\u001f\u008b"),
  XZ("\u00fd7zXZ\0"),
  ZSTD("(\u00b5/\u00fd"),
  LZ4("\u0002!L\u0018"),
  BZIP2("BZh"),
  LZMA("]\0\0"),
  LZO("\u0089LZO");

  /** Bytes {@link #of} wants to see. */
  static final int MAGIC_BYTES_MAX = 6;

  private static final int BUFFER_BYTES = 64 << 10;

  /** One character for each byte. */
  private final String magic;

  Compression(String magic) {
    this.magic = magic;
  }

  /** The one whose magic the buffer starts with at index 0, or null. */
  static @Nullable Compression of(ByteBuffer start) {
    for (Compression compression : values()) {
      byte[] magic = compression.magic.getBytes(StandardCharsets.ISO_8859_1);
      int length = Math.min(magic.length, start.limit());
      if (start.slice(0, length).equals(ByteBuffer.wrap(magic))) {
        return compression;
      }
    }
    return null;
  }

  /** Name for messages. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether the four bytes of unpacked length at the payload's end are the format's own. To the
   * others the kernel's build appends them.
   */
  boolean endsWithItsLength() {
    return this == GZIP;
  }

  /**
   * A stream of unpacked bytes.
   *
   * @param name what messages call the file
   * @throws dev.spore.vmm.SporeException object.invalid for a format this host does not unpack
   */
  InputStream unpack(String name, InputStream packed) throws IOException {
    return switch (this) {
      case GZIP -> new GZIPInputStream(packed, BUFFER_BYTES);
      case XZ -> new XZInputStream(packed, xzMemoryKib());
      case ZSTD -> new ZstdInputStream(packed).setLongMax(BootLimits.ZSTD_WINDOW_LOG_MAX);
      case LZ4 -> new Lz4LegacyInputStream(packed);
      case BZIP2, LZMA, LZO ->
          throw BootError.invalid(
              name,
              "is packed with " + label() + ", which is not unpacked here",
              "give its vmlinux, or a bzImage packed with gzip, xz, zstd or lz4");
    };
  }

  /** A dictionary the heap cannot hold must be a refusal, not an OutOfMemoryError. */
  private static int xzMemoryKib() {
    long half = Runtime.getRuntime().maxMemory() / 2 / 1024;
    return (int) Math.min(BootLimits.XZ_MEMORY_KIB_MAX, half);
  }
}
