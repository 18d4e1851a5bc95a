package dev.spore.format;

/** Bounds on what a spore's files may hold; whatever is beyond is refused. */
public final class FormatLimits {
  /** A manifest is small by design: a few vCPUs and devices, no list of chunks. */
  public static final int MANIFEST_BYTES_MAX = 4 << 20;

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

  private FormatLimits() {}
}
