package dev.spore.format.manifest;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.util.List;

/**
 * What a host must have for the machine to go on as if nothing had happened.
 *
 * @param cpuVendor the twelve characters of CPUID leaf 0, for example {@code GenuineIntel}
 * @param tscKhz frequency of the guest's time-stamp counter, kHz, at least 1
 * @param xcr0 XSAVE features the guest may use
 * @param features CPUID bits the guest relies on, in rising order, each word once
 * @param quirks ids of the quirk profile the guest was set up for, in rising order
 */
public record HostNeeds(
    String cpuVendor, int tscKhz, long xcr0, List<FeatureNeed> features, List<String> quirks) {
  /** Characters of a vendor: EBX, EDX and ECX of CPUID leaf 0. */
  static final int VENDOR_CHARS = 12;

  public HostNeeds {
    Check.range("cpu_vendor length", cpuVendor.length(), VENDOR_CHARS, VENDOR_CHARS);
    Check.ascii("cpu_vendor", cpuVendor);
    Check.range("tsc_khz", tscKhz, 1, Integer.MAX_VALUE);
    features = Check.list("features", features, 0, FormatLimits.FEATURE_NEEDS_MAX);
    Check.rising("features", features);
    quirks = Check.list("quirks", quirks, 0, FormatLimits.QUIRKS_MAX);
    for (String quirk : quirks) {
      Check.name("quirk", quirk, FormatLimits.NAME_CHARS_MAX);
    }
    Check.rising("quirks", quirks);
  }
}
