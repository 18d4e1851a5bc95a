package dev.spore.plugin.run;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.RunException;
import dev.spore.plugin.RunException.Family;
import dev.spore.plugin.value.Value;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The registers of all open frames, one frame after the other, and what they count against the
 * memory limit. Scalars lie unboxed: a tag and 64 bits; everything else is a reference.
 */
final class Registers {
  static final byte I64 = 0;
  static final byte NIL = 1;
  static final byte BOOL = 2;
  static final byte F64 = 3;
  static final byte REF = 4;

  private static final Value TRUE = new Value.Bool(true);
  private static final Value FALSE = new Value.Bool(false);

  private final long memoryMax;
  private long memory;
  byte[] tags = new byte[256];
  long[] bits = new long[256];
  @Nullable Value[] refs = new @Nullable Value[256];

  Registers(long memoryMax) {
    this.memoryMax = memoryMax;
  }

  /** Makes room for a frame of nil registers; the arrays may be others afterwards. */
  void open(int base, long count) {
    // Unsigned: a count beyond 63 bits is beyond every limit too.
    boolean possible = count >= 0 && count <= memoryMax / PluginLimits.SLOT_BYTES;
    charge(possible ? PluginLimits.FRAME_BYTES + count * PluginLimits.SLOT_BYTES : Long.MAX_VALUE);
    int end = base + (int) count;
    if (end > tags.length) {
      int length = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, tags.length * 2L));
      tags = Arrays.copyOf(tags, length);
      bits = Arrays.copyOf(bits, length);
      refs = Arrays.copyOf(refs, length);
    }
    Arrays.fill(tags, base, end, NIL);
    Arrays.fill(bits, base, end, 0);
  }

  /** Gives a frame back. */
  void close(int base, int count) {
    long freed = PluginLimits.FRAME_BYTES + (long) count * PluginLimits.SLOT_BYTES;
    for (int i = base; i < base + count; i++) {
      freed += extra(i);
      refs[i] = null;
    }
    memory -= freed;
  }

  /**
   * Counts bytes that are about to be used.
   *
   * @throws RunException if they are too many, and then they are not counted
   */
  void charge(long bytes) {
    if (bytes > memoryMax - memory) {
      throw new RunException(Family.LIMIT, "memory exceeded max " + memoryMax + " bytes");
    }
    memory += bytes;
  }

  private long extra(int at) {
    Value value = refs[at];
    return value == null ? 0 : value.extraBytes();
  }

  Value get(int at) {
    return switch (tags[at]) {
      case I64 -> new Value.I64(bits[at]);
      case NIL -> Value.Nil.NIL;
      case BOOL -> bits[at] != 0 ? TRUE : FALSE;
      case F64 -> new Value.F64(Double.longBitsToDouble(bits[at]));
      default -> Objects.requireNonNull(refs[at]);
    };
  }

  void put(int at, Value value) {
    switch (value) {
      case Value.I64(long number) -> scalar(at, I64, number);
      case Value.Nil _ -> scalar(at, NIL, 0);
      case Value.Bool(boolean bool) -> scalar(at, BOOL, bool ? 1 : 0);
      case Value.F64(double number) -> scalar(at, F64, Double.doubleToRawLongBits(number));
      case Value.Text _, Value.Array _, Value.FunctionName _, Value.CapabilityName _ ->
          reference(at, value);
    }
  }

  void scalar(int at, byte tag, long payload) {
    if (refs[at] != null) {
      memory -= extra(at);
      refs[at] = null;
    }
    tags[at] = tag;
    bits[at] = payload;
  }

  void copy(int to, int from) {
    Value value = refs[from];
    if (value == null) {
      scalar(to, tags[from], bits[from]);
    } else {
      reference(to, value);
    }
  }

  private void reference(int at, Value value) {
    charge(value.extraBytes() - extra(at));
    refs[at] = value;
    tags[at] = REF;
    bits[at] = 0;
  }
}
