package dev.spore.plugin.trace;

import dev.spore.plugin.PluginLimits;
import java.util.Arrays;

/** Offsets of every so many events, fewer the longer a trace is. */
final class Places {
  private final long[] offsets = new long[PluginLimits.TRACE_PLACES_MAX];
  private int used;
  private long stride = 1;

  /** Whether the event at an index is to be noted; indexes come in order from 0. */
  boolean wants(long index) {
    return index % stride == 0;
  }

  void note(long index, long offset) {
    if (used == offsets.length) {
      for (int i = 0; i < used / 2; i++) {
        offsets[i] = offsets[2 * i];
      }
      Arrays.fill(offsets, used / 2, used, 0);
      used /= 2;
      stride *= 2;
    }
    if (index % stride == 0) {
      offsets[used++] = offset;
    }
  }

  boolean isEmpty() {
    return used == 0;
  }

  /** The last noted event at an index or before it. */
  long before(long index) {
    return Math.min(index / stride, used - 1) * stride;
  }

  /** Where a noted event is. */
  long offset(long noted) {
    return offsets[(int) (noted / stride)];
  }
}
