package dev.spore.vmm.boot;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;

/**
 * Unpacks the LZ4 legacy frame (lz4_Frame_format.md, "Legacy frame"), which is what {@code lz4 -l}
 * and so the kernel's build writes: the magic, then blocks, each its packed length and one LZ4
 * block of at most 8 MiB unpacked, up to the end of the stream.
 */
final class Lz4LegacyInputStream extends InputStream {
  static final int MAGIC = 0x184c_2102;
  static final int BLOCK_BYTES_MAX = 8 << 20;

  /** {@code LZ4_compressBound}: a block of noise grows by this much. */
  private static final int PACKED_BYTES_MAX = BLOCK_BYTES_MAX + BLOCK_BYTES_MAX / 255 + 16;

  private final InputStream packed;
  private InputStream block = InputStream.nullInputStream();
  private int blockBytes;

  Lz4LegacyInputStream(InputStream packed) throws IOException {
    this.packed = packed;
    if (nextWord() != MAGIC) {
      throw new IOException("no LZ4 legacy frame");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int count = block.read(target, offset, length);
    while (count < 0) {
      if (!openBlock()) {
        return -1;
      }
      count = block.read(target, offset, length);
    }
    blockBytes += count;
    if (blockBytes > BLOCK_BYTES_MAX) {
      throw new IOException("an LZ4 block unpacks to more than 8 MiB");
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    packed.close();
  }

  private boolean openBlock() throws IOException {
    long length = nextWord();
    while (length == MAGIC) {
      length = nextWord();
    }
    if (length < 0) {
      return false;
    }
    if (length > PACKED_BYTES_MAX) {
      throw new IOException("an LZ4 block of %d bytes is too long".formatted(length));
    }
    byte[] bytes = packed.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException("the last LZ4 block is cut off");
    }
    block = new BlockLZ4CompressorInputStream(new ByteArrayInputStream(bytes));
    blockBytes = 0;
    return true;
  }

  /** The next unsigned 32-bit number, or -1 where the stream ends before it. */
  private long nextWord() throws IOException {
    byte[] word = packed.readNBytes(Integer.BYTES);
    if (word.length == 0) {
      return -1;
    }
    if (word.length < Integer.BYTES) {
      throw new EOFException("an LZ4 block length is cut off");
    }
    return ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xffff_ffffL;
  }
}
