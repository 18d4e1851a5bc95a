package dev.spore.plugin.trace;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Unpacks hostile blocks and reads what is in them; holds one block and one thing at a time. */
final class BlockReader implements AutoCloseable {
  private final InputStream in;
  private final byte[] header = new byte[BinaryForm.BLOCK_HEADER_BYTES];
  private final byte[] packed = new byte[BinaryForm.PACKED_BYTES_MAX];
  private final byte[] block = new byte[PluginLimits.TRACE_BLOCK_BYTES_MAX];
  private int at;
  private int length;

  /** Where the block at hand begins, and where the next one does. */
  private long blockOffset;

  private long nextOffset;
  private long bytesLeft = Long.MAX_VALUE;
  private int itemsLeft;

  /**
   * @param offset of the first block, where the stream is
   */
  BlockReader(InputStream in, long offset) {
    this.in = in;
    this.nextOffset = offset;
  }

  /** Allows the next thing so many bytes and items of arrays. */
  void budget(long bytes) {
    bytesLeft = bytes;
    itemsLeft = PluginLimits.TRACE_EVENT_ITEMS_MAX;
  }

  /** Offset of the block that begins with what is read next, or -1 if none does. */
  long offset() {
    if (at == length) {
      fill();
    }
    return at == 0 && length > 0 ? blockOffset : -1;
  }

  /**
   * Expects the end of the file: the offset of the last block, and nothing else.
   *
   * @throws DecodeException if it is not there
   */
  void end() {
    try {
      byte[] rest = in.readNBytes(BinaryForm.TRAILER_BYTES + 1);
      if (at != length
          || rest.length != BinaryForm.TRAILER_BYTES
          || BinaryForm.offset(rest) != blockOffset) {
        throw new DecodeException("the binary trace does not end as it must");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean fill() {
    while (at == length) {
      if (!next()) {
        return false;
      }
    }
    return true;
  }

  private boolean next() {
    try {
      int read = in.readNBytes(header, 0, header.length);
      if (read == 0) {
        return false;
      }
      int count = number(0);
      int raw = number(4);
      if (read < header.length
          || count < 1
          || count > packed.length
          || raw < 1
          || raw > block.length
          || in.readNBytes(packed, 0, count) < count) {
        throw new DecodeException("a block of the binary trace is cut short or has a false length");
      }
      unpack(count, raw);
      blockOffset = nextOffset;
      nextOffset += header.length + count;
      at = 0;
      length = raw;
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void unpack(int count, int raw) {
    try {
      if (Zstd.decompressByteArray(block, 0, raw, packed, 0, count) == raw) {
        return;
      }
    } catch (ZstdException e) {
      throw new DecodeException("a block of the binary trace does not unpack: " + e.getMessage());
    }
    throw new DecodeException("a block of the binary trace unpacks to another length");
  }

  private int number(int offset) {
    int number = 0;
    for (int i = 3; i >= 0; i--) {
      number = (number << 8) | (header[offset + i] & 0xff);
    }
    return number;
  }

  int octet() {
    if (at == length && !fill()) {
      throw new DecodeException("unexpected end of binary trace");
    }
    if (--bytesLeft < 0) {
      throw new DecodeException("something in the binary trace is too large");
    }
    return block[at++] & 0xff;
  }

  /** A flag. */
  boolean flag() {
    int octet = octet();
    if (octet > 1) {
      throw new DecodeException("invalid flag " + octet + " in the binary trace");
    }
    return octet == 1;
  }

  long number() {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int octet = octet();
      number |= (octet & 0x7fL) << shift;
      if (octet < 0x80) {
        if (shift == 63 && octet > 1) {
          break;
        }
        return number;
      }
    }
    throw new DecodeException("a number of the binary trace has more than 64 bits");
  }

  long signed() {
    long number = number();
    return (number >>> 1) ^ -(number & 1);
  }

  long fixed() {
    long number = 0;
    for (int i = 0; i < 8; i++) {
      number |= (long) octet() << (8 * i);
    }
    return number;
  }

  byte[] bytes(int max) {
    long count = number();
    if (Long.compareUnsigned(count, max) > 0 || count > bytesLeft) {
      throw new DecodeException(
          "a text of the binary trace has " + Long.toUnsignedString(count) + " bytes");
    }
    byte[] bytes = new byte[(int) count];
    for (int done = 0; done < bytes.length; ) {
      if (at == length && !fill()) {
        throw new DecodeException("unexpected end of binary trace");
      }
      int part = Math.min(length - at, bytes.length - done);
      System.arraycopy(block, at, bytes, done, part);
      at += part;
      done += part;
    }
    bytesLeft -= count;
    return bytes;
  }

  String text() {
    byte[] bytes = bytes(PluginLimits.STRING_BYTES_MAX);
    Utf8.fault(bytes, 0, bytes.length)
        .ifPresent(fault -> {
          throw new DecodeException(fault);
        });
    return Utf8.decode(bytes, 0, bytes.length);
  }

  @Nullable String nullableText() {
    return flag() ? text() : null;
  }

  /** How many items follow. */
  int count() {
    long count = number();
    if (count < 0 || count > PluginLimits.LIST_ITEMS_MAX || count > itemsLeft) {
      throw new DecodeException(
          "a list of the binary trace has " + Long.toUnsignedString(count) + " items");
    }
    itemsLeft -= (int) count;
    return (int) count;
  }

  List<Value> values() {
    return values(0);
  }

  Value value() {
    return value(0);
  }

  private List<Value> values(int depth) {
    int count = count();
    List<Value> values = new ArrayList<>(Math.min(count, 1024));
    for (int i = 0; i < count; i++) {
      values.add(value(depth));
    }
    return values;
  }

  private Value value(int depth) {
    int tag = octet();
    return switch (tag) {
      case BinaryForm.NIL -> Value.Nil.NIL;
      case BinaryForm.FALSE -> new Value.Bool(false);
      case BinaryForm.TRUE -> new Value.Bool(true);
      case BinaryForm.I64 -> new Value.I64(signed());
      case BinaryForm.F64 -> new Value.F64(Double.longBitsToDouble(fixed()));
      case BinaryForm.TEXT -> new Value.Text(text());
      case BinaryForm.ARRAY -> {
        if (depth == PluginLimits.VALUE_DEPTH_MAX) {
          throw new DecodeException("arrays nest deeper than " + PluginLimits.VALUE_DEPTH_MAX);
        }
        yield new Value.Array(values(depth + 1));
      }
      case BinaryForm.FUNCTION -> new Value.FunctionName(text());
      case BinaryForm.CAPABILITY -> new Value.CapabilityName(text());
      default -> throw new DecodeException("unknown value tag " + tag);
    };
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
