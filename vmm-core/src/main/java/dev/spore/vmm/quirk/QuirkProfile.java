package dev.spore.vmm.quirk;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The quirks of this host. Empty on hardware KVM.
 *
 * @param quirks in declaration order
 */
public record QuirkProfile(Set<Quirk> quirks) {
  public QuirkProfile {
    EnumSet<Quirk> copy = EnumSet.noneOf(Quirk.class);
    copy.addAll(quirks);
    quirks = Collections.unmodifiableSet(copy);
  }

  public boolean has(Quirk quirk) {
    return quirks.contains(quirk);
  }

  /** Comma-separated ids, or {@code none}. */
  public String describe() {
    return quirks.isEmpty()
        ? "none"
        : quirks.stream().map(Quirk::id).collect(Collectors.joining(","));
  }
}
