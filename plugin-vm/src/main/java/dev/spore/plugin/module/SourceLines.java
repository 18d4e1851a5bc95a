package dev.spore.plugin.module;

import java.util.Arrays;

/** Source lines of a function's instructions, from 0 up; an instruction may have none. */
public final class SourceLines {
  /** In place of a line where there is none. */
  public static final long NONE = -1;

  /** For a function without a line map. */
  public static final SourceLines EMPTY = new SourceLines(new long[0]);

  private final long[] lines;

  private SourceLines(long[] lines) {
    this.lines = lines;
  }

  /** Copies; {@link #NONE} stands for no line, anything else must be at least 0. */
  public static SourceLines of(long... lines) {
    return new SourceLines(lines.clone());
  }

  public int size() {
    return lines.length;
  }

  /** The line of an instruction, or {@link #NONE}, also where the map does not reach. */
  public long at(int pc) {
    return pc < lines.length ? lines[pc] : NONE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SourceLines that && Arrays.equals(lines, that.lines);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lines);
  }

  @Override
  public String toString() {
    return Arrays.toString(lines);
  }
}
