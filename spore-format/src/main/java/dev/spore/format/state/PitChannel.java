package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * One channel of the 8254.
 *
 * @param count what it was loaded with, 0 to 65536
 * @param latchedCount 0 to 65535
 * @param countLatched how far the latched count has been read, 0 to 255
 * @param statusLatched 0 or 1
 * @param status 0 to 255
 * @param readState which byte a read gives next, 0 to 255
 * @param writeState which byte a write gives next, 0 to 255
 * @param writeLatch first byte of a two-byte write, 0 to 255
 * @param rwMode access mode of the control word, 0 to 3
 * @param mode 0 to 7, where 6 and 7 are 2 and 3 once more, or {@link #MODE_NONE}
 * @param bcd counts in decimal
 * @param gate input level
 * @param loadNanos when it was loaded, by a clock of the host that is gone: of no meaning but to
 *     compare channels
 */
public record PitChannel(
    long count,
    int latchedCount,
    int countLatched,
    int statusLatched,
    int status,
    int readState,
    int writeState,
    int writeLatch,
    int rwMode,
    int mode,
    boolean bcd,
    boolean gate,
    long loadNanos) {
  /** For {@link #mode}: no control word has been written since reset. */
  public static final int MODE_NONE = 255;

  private static final int MODE_MAX = 7;

  public PitChannel {
    Check.range("count", count, 0, 65536);
    Check.u16("latched_count", latchedCount);
    Check.u8("count_latched", countLatched);
    Check.range("status_latched", statusLatched, 0, 1);
    Check.u8("status", status);
    Check.u8("read_state", readState);
    Check.u8("write_state", writeState);
    Check.u8("write_latch", writeLatch);
    Check.range("rw_mode", rwMode, 0, 3);
    if (mode != MODE_NONE) {
      Check.range("mode", mode, 0, MODE_MAX);
    }
  }
}
