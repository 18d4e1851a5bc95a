package dev.spore.vmm.ram;

import dev.spore.format.hint.WorkingSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** RAM a machine can go on with, and how it came about. */
public final class RestoredRam implements AutoCloseable {
  private final GuestRam ram;
  private final RamSource source;
  private final String reason;
  private final @Nullable LazyRam lazy;

  RestoredRam(GuestRam ram, RamSource source, String reason, @Nullable LazyRam lazy) {
    this.ram = ram;
    this.source = source;
    this.reason = reason;
    this.lazy = lazy;
  }

  /** The RAM; closed with this. */
  public GuestRam ram() {
    return ram;
  }

  public RamSource source() {
    return source;
  }

  /** Why this source and none that would have been faster, in words for a user. */
  public String reason() {
    return reason;
  }

  /**
   * What was touched in the first seconds, as far as it is known by now: worth keeping beside the
   * spore for the next restore. Empty unless the source is {@link RamSource#LAZY}.
   */
  public Optional<WorkingSet> workingSet() {
    return lazy == null ? Optional.empty() : Optional.of(lazy.workingSet());
  }

  /** As {@link GuestRam#close}. */
  @Override
  public void close() {
    ram.close();
  }
}
