package dev.spore.format;

/** Bounds on what a spore's files may hold; whatever is beyond is refused. */
public final class FormatLimits {
  /** A manifest is small by design: a few vCPUs and devices, no list of chunks. */
  public static final int MANIFEST_BYTES_MAX = 8 << 20;

  /** vCPUs of a machine: far above what a board has today, so that a bigger one needs no format. */
  public static final int VCPUS_MAX = 64;

  /** Extended control registers of a vCPU: as many as KVM has room for; there are two today. */
  public static final int XCRS_MAX = 16;

  /** Bytes of one XSAVE component: the largest known, AMX tile data, has 8192. */
  public static final int XSAVE_COMPONENT_BYTES_MAX = 16 << 10;

  /** Leaves of a CPUID table: as many as KVM takes. */
  public static final int CPUID_LEAVES_MAX = 256;

  /** Virtio devices of a machine: the board has eleven windows; a later one may have more. */
  public static final int DEVICES_MAX = 32;

  /** Nanoseconds a guest's clock may show: 146 years, and as many until it would overflow. */
  public static final long CLOCK_NANOS_MAX = 1L << 62;

  /** UTF-8 bytes of the writer's version: a name and a number. */
  public static final int WRITER_BYTES_MAX = 64;

  /** Characters of a short name: of a board, a quirk, a disk or a session. */
  public static final int NAME_CHARS_MAX = 63;

  /** CPUID words a spore may need bits of: more than are defined today. */
  public static final int FEATURE_NEEDS_MAX = 64;

  /** Quirks of the host a spore may rest on. */
  public static final int QUIRKS_MAX = 32;

  /** RAM of a guest, bytes (1 TiB): an index of 16 MiB. */
  public static final long MEMORY_BYTES_MAX = 1L << 40;

  /** Pieces of guest RAM: two on a board with one hole. */
  public static final int MEMORY_REGIONS_MAX = 8;

  /** UTF-8 bytes of a kernel command line: Linux takes 2047. */
  public static final int COMMAND_LINE_BYTES_MAX = 4096;

  /** Disk size, bytes (1 TiB). */
  public static final long DISK_BYTES_MAX = 1L << 40;

  /** UTF-8 bytes of a path hint: PATH_MAX of Linux. */
  public static final int PATH_BYTES_MAX = 4096;

  /** Sessions that are saved with a machine. */
  public static final int SESSIONS_MAX = 16;

  /** Arguments of a saved session. */
  public static final int SESSION_ARGUMENTS_MAX = 1024;

  /** UTF-8 bytes of all arguments of a saved session: they are there to be shown. */
  public static final int SESSION_ARGUMENT_BYTES_MAX = 32 << 10;

  /** Bytes of output kept of each stream of a session, to be shown again: a few screens. */
  public static final int REPLAY_BYTES_MAX = 16 << 10;

  /** UTF-8 bytes of all annotations, keys and values. */
  public static final int ANNOTATION_BYTES_MAX = 64 << 10;

  /** Chunks of a disk that are not zero (256 GiB): an index of at most 192 MiB. */
  public static final int DISK_DATA_CHUNKS_MAX = 1 << 22;

  /** Page ranges of a working set: beyond that, prefetching page by page gains nothing. */
  public static final int WORKING_SET_RANGES_MAX = 1 << 16;

  private FormatLimits() {}
}
