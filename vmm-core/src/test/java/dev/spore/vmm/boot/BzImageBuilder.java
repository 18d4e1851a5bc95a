package dev.spore.vmm.boot;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorOutputStream;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

/** Makes bzImages as the kernel's build does: setup sectors, some code, the packed payload. */
final class BzImageBuilder {
  static final int SETUP_BYTES = 5 * 512;
  static final int CODE_BYTES = 96;
  static final int PAYLOAD = SETUP_BYTES + CODE_BYTES;

  private BzImageBuilder() {}

  /** A sound bzImage around {@code elf}. */
  static byte[] of(Compression compression, byte[] elf) throws IOException {
    byte[] packed = pack(compression, elf);
    return image(compression.endsWithItsLength() ? packed : withLength(packed, elf.length));
  }

  /** A bzImage with this payload, its last four bytes the unpacked length. */
  static byte[] image(byte[] payload) {
    int codeBytes = (CODE_BYTES + payload.length + 20 + 15) / 16 * 16;
    ByteBuffer out = ByteBuffer.allocate(SETUP_BYTES + codeBytes).order(ByteOrder.LITTLE_ENDIAN);
    out.put(BzImage.SETUP_SECTS, (byte) 4).putInt(BzImage.SYSSIZE, codeBytes / 16);
    out.putShort(BzImage.BOOT_FLAG, (short) 0xaa55).putInt(BzImage.HEADER, 0x5372_6448);
    out.putShort(BzImage.VERSION, (short) 0x20f).putInt(BzImage.INITRD_ADDR_MAX, 0x7fff_ffff);
    out.putInt(BzImage.PAYLOAD_OFFSET, CODE_BYTES);
    out.putInt(BzImage.PAYLOAD_LENGTH, payload.length);
    return out.put(PAYLOAD, payload).array();
  }

  static byte[] withLength(byte[] packed, int length) {
    return ByteBuffer.allocate(packed.length + Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(packed)
        .putInt(length)
        .array();
  }

  static byte[] pack(Compression compression, byte[] bytes) throws IOException {
    return switch (compression) {
      case GZIP -> streamed(bytes, GZIPOutputStream::new);
      case XZ -> streamed(bytes, BzImageBuilder::xzAsTheKernelDoes);
      case ZSTD -> streamed(bytes, out -> new ZstdOutputStream(out, 19).setChecksum(true));
      case LZ4 -> lz4(bytes, Lz4LegacyInputStream.BLOCK_BYTES_MAX);
      case BZIP2 -> ByteBuffer.allocate(16).put(new byte[] {'B', 'Z', 'h', '9'}).array();
      case LZMA -> ByteBuffer.allocate(16).put((byte) 0x5d).array();
      case LZO -> ByteBuffer.allocate(16).put(new byte[] {(byte) 0x89, 'L', 'Z', 'O'}).array();
    };
  }

  /** A legacy frame whose blocks unpack to {@code blockBytes} each. */
  static byte[] lz4(byte[] bytes, int blockBytes) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    putWord(frame, Lz4LegacyInputStream.MAGIC);
    for (int at = 0; at < bytes.length; at += blockBytes) {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      try (var out = new BlockLZ4CompressorOutputStream(block)) {
        out.write(bytes, at, Math.min(blockBytes, bytes.length - at));
      }
      putWord(frame, block.size());
      block.writeTo(frame);
    }
    return frame.toByteArray();
  }

  static void putWord(ByteArrayOutputStream out, int word) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(word).array());
  }

  private static OutputStream xzAsTheKernelDoes(OutputStream out) throws IOException {
    return new XZOutputStream(
        out, new FilterOptions[] {new X86Options(), new LZMA2Options(6)}, XZ.CHECK_CRC32);
  }

  private interface Packer {
    OutputStream open(OutputStream target) throws IOException;
  }

  private static byte[] streamed(byte[] bytes, Packer packer) throws IOException {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    try (OutputStream out = packer.open(target)) {
      out.write(bytes);
    }
    return target.toByteArray();
  }
}
