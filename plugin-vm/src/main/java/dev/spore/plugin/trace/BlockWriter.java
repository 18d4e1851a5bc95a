package dev.spore.plugin.trace;

import com.github.luben.zstd.Zstd;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.value.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Packs what is written into blocks. */
final class BlockWriter {
  /** Fast, and events pack well at any level. */
  private static final int LEVEL = 1;

  private static final int BLOCK = PluginLimits.TRACE_BLOCK_BYTES_MAX;

  private final ByteSink out;
  private final byte[] block = new byte[BLOCK];
  private final byte[] packed =
      new byte[BinaryForm.BLOCK_HEADER_BYTES + BinaryForm.PACKED_BYTES_MAX];
  private int used;

  /** Bytes of the file so far. */
  private long written = BinaryForm.MAGIC_BYTES;

  BlockWriter(ByteSink out) {
    this.out = out;
  }

  /** Starts another block if this one is nearly full, so that it begins with what comes next. */
  void boundary() {
    if (used > BLOCK * 3 / 4) {
      flush();
    }
  }

  void flush() {
    if (used == 0) {
      return;
    }
    int header = BinaryForm.BLOCK_HEADER_BYTES;
    long length =
        Zstd.compressByteArray(packed, header, packed.length - header, block, 0, used, LEVEL, true);
    number(0, (int) length);
    number(4, used);
    out.write(packed, 0, header + (int) length);
    written += header + length;
    used = 0;
  }

  /** Starts the last block; gives its offset. */
  long last() {
    flush();
    return written;
  }

  private void number(int at, int number) {
    for (int i = 0; i < 4; i++) {
      packed[at + i] = (byte) (number >>> (8 * i));
    }
  }

  void octet(int octet) {
    if (used == BLOCK) {
      flush();
    }
    block[used++] = (byte) octet;
  }

  /** An unsigned number, seven bits a byte, the lowest first. */
  void number(long number) {
    long rest = number;
    while ((rest & ~0x7fL) != 0) {
      octet((int) rest | 0x80);
      rest >>>= 7;
    }
    octet((int) rest);
  }

  /** A signed number, the sign in the lowest bit. */
  void signed(long number) {
    number((number << 1) ^ (number >> 63));
  }

  /** All 64 bits of a number. */
  void fixed(long number) {
    for (int i = 0; i < 8; i++) {
      octet((int) (number >>> (8 * i)));
    }
  }

  void bytes(byte[] bytes) {
    number(bytes.length);
    for (int at = 0; at < bytes.length; ) {
      if (used == BLOCK) {
        flush();
      }
      int count = Math.min(BLOCK - used, bytes.length - at);
      System.arraycopy(bytes, at, block, used, count);
      used += count;
      at += count;
    }
  }

  void text(String text) {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  void values(List<Value> values) {
    number(values.size());
    for (Value value : values) {
      value(value);
    }
  }

  void integer(long number) {
    octet(BinaryForm.I64);
    signed(number);
  }

  void value(Value value) {
    switch (value) {
      case Value.Nil _ -> octet(BinaryForm.NIL);
      case Value.Bool(boolean bool) -> octet(bool ? BinaryForm.TRUE : BinaryForm.FALSE);
      case Value.I64(long number) -> integer(number);
      case Value.F64(double number) -> {
        octet(BinaryForm.F64);
        fixed(Double.doubleToRawLongBits(number));
      }
      case Value.Text text -> named(BinaryForm.TEXT, text.value());
      case Value.Array array -> {
        octet(BinaryForm.ARRAY);
        values(array.items());
      }
      case Value.FunctionName(String name) -> named(BinaryForm.FUNCTION, name);
      case Value.CapabilityName(String name) -> named(BinaryForm.CAPABILITY, name);
    }
  }

  private void named(int tag, String name) {
    octet(tag);
    text(name);
  }
}
