package dev.spore.plugin;

/**
 * Every bound on what a plugin file can make its reader do: why this number, and what happens at
 * it.
 */
public final class PluginLimits {
  /**
   * Bytes of a module in any form; a larger one is refused unread. 900 000 instructions take 13 MB.
   */
  public static final int MODULE_BYTES_MAX = 64 << 20;

  /** Items of one list of a .cmod file, as the format fixes it; more are a decode error. */
  public static final int LIST_ITEMS_MAX = 1_000_000;

  /** UTF-8 bytes of one string of a .cmod file, as the format fixes it; more are a decode error. */
  public static final int STRING_BYTES_MAX = 16_777_216;

  /**
   * Arrays inside arrays, in files and while running: everything that walks a value recurses, and
   * this depth fits the smallest usual thread stack many times over. Deeper values are refused.
   */
  public static final int VALUE_DEPTH_MAX = 500;

  /** JSON containers inside each other: two for each array of a value, and those around a value. */
  public static final int JSON_DEPTH_MAX = 2 * VALUE_DEPTH_MAX + 24;

  /** Digits of one JSON number; a longer one is a decode error. A double needs at most 767. */
  public static final int JSON_NUMBER_CHARS_MAX = 1100;

  /** Characters of a policy file; a longer one is refused unread. */
  public static final int POLICY_CHARS_MAX = 4 << 20;

  /**
   * Arrays and tables inside each other, and parts of one key, in a policy file; fewer than {@link
   * #VALUE_DEPTH_MAX}, so that every array of it is a value.
   */
  public static final int POLICY_DEPTH_MAX = 100;

  /**
   * Memory of a run unless told otherwise, bytes; the instruction that would exceed it fails. The
   * largest trace of an ordinary plugin has held a few hundred KiB at once.
   */
  public static final long RUN_MEMORY_BYTES = 64L << 20;

  /** Memory a run can be given at most, bytes: what arrays of the interpreter can hold. */
  public static final long RUN_MEMORY_BYTES_MAX = 4L << 30;

  /** What an open frame counts beside its registers, bytes of the memory limit. */
  public static final int FRAME_BYTES = 64;

  /** What a register or an item of an array counts at least, bytes of the memory limit. */
  public static final int SLOT_BYTES = 16;

  /** Characters of a source in the language; a longer one is refused unread. */
  public static final int SOURCE_CHARS_MAX = 4 << 20;

  /**
   * Characters of one expression of a source. Each part of it is scanned again, so that time grows
   * with length times depth; this keeps the worst source within seconds.
   */
  public static final int EXPRESSION_CHARS_MAX = 1 << 16;

  /** Parts of one expression inside each other, in a source; deeper ones are refused. */
  public static final int EXPRESSION_DEPTH_MAX = 500;

  /** Blocks inside each other, in a source; deeper ones are refused. */
  public static final int SOURCE_DEPTH_MAX = 500;

  /** Bytes of one event, or of the result, of a trace; a larger one is a decode error. */
  public static final int TRACE_EVENT_BYTES_MAX = 32 << 20;

  /** Items of arrays in one event of a binary trace, all together; more are a decode error. */
  public static final int TRACE_EVENT_ITEMS_MAX = 4 << 20;

  /** Unpacked bytes of one block of a binary trace; a larger one is a decode error. */
  public static final int TRACE_BLOCK_BYTES_MAX = 1 << 18;

  /** Instructions a binary trace names by number; those beyond are written out each time. */
  public static final int TRACE_SITES_MAX = 1 << 20;

  /** Bytes of the names of those instructions, all together; more are a decode error. */
  public static final int TRACE_SITE_BYTES_MAX = 16 << 20;

  /**
   * Ids of capabilities in the events of one trace; more are a decode error. A module declares a
   * handful, and what is counted for each must not grow with the trace.
   */
  public static final int TRACE_CAPABILITIES_MAX = 1 << 16;

  /** Places kept to jump into a trace; when they are all taken every second one is given up. */
  public static final int TRACE_PLACES_MAX = 4096;

  /**
   * What the registers of a state between two events of a trace may hold, bytes as values count
   * them; looking at more is refused.
   */
  public static final long TRACE_STATE_BYTES_MAX = 256L << 20;

  /** Frames a trace is believed to have open at once; the outer ones beyond it are forgotten. */
  public static final int TRACE_FRAMES_MAX = 1 << 16;

  /** Characters of one line of commands of the debugger; a longer one is refused. */
  public static final int DEBUG_LINE_CHARS_MAX = 1 << 16;

  /** Places a debugger stops at; setting more is refused. */
  public static final int DEBUG_STOPS_MAX = 1000;

  /** Characters of one name of a member in a trace; a longer one is a decode error. */
  public static final int JSON_STREAM_NAME_CHARS_MAX = 1 << 20;

  /** Names of members a trace may have that nothing here knows; more are a decode error. */
  public static final int JSON_UNKNOWN_NAMES_MAX = 1024;

  private PluginLimits() {}
}
