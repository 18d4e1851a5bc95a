package dev.spore.format;

/** Bounds on what a spore's files may hold; whatever is beyond is refused. */
public final class FormatLimits {
  /** A manifest is small by design: a few vCPUs and devices, no list of chunks. */
  public static final int MANIFEST_BYTES_MAX = 4 << 20;

  private FormatLimits() {}
}
