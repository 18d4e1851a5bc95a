package dev.spore.vmm.ram;

import dev.spore.format.hint.WorkingSet;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** RAM a machine can go on with, and how it came about. */
public final class RestoredRam implements AutoCloseable {
  private final GuestRam ram;
  private final RamSource source;
  private final String reason;
  private final @Nullable LazyRam lazy;

  private RestoredRam(GuestRam ram, RamSource source, String reason, @Nullable LazyRam lazy) {
    this.ram = ram;
    this.source = source;
    this.reason = reason;
    this.lazy = lazy;
  }

  static RestoredRam mapped(GuestRam ram, String reason) {
    return new RestoredRam(ram, RamSource.BACKING, reason, null);
  }

  static RestoredRam read(GuestRam ram, String reason) {
    return new RestoredRam(ram, RamSource.EAGER, reason, null);
  }

  static RestoredRam lazy(GuestRam ram, String reason, LazyRam filler) {
    return new RestoredRam(ram, RamSource.LAZY, reason, filler);
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
   * What was touched: of a mapping, until now; read lazily, in the first seconds. Worth keeping
   * beside a spore for its next restore. Empty where nobody can tell.
   */
  public Optional<WorkingSet> workingSet() {
    return switch (source) {
      case BACKING -> Optional.of(TouchLog.workingSet(ram.use().touched(), ram.sizeBytes()));
      case EAGER -> Optional.empty();
      case LAZY -> Optional.ofNullable(lazy).map(LazyRam::workingSet);
    };
  }

  /**
   * Numbers of the chunks that may differ from what was restored: written ones, and where nobody
   * can tell those from others, all that were touched, or all.
   */
  public BitSet changedChunks() {
    return switch (source) {
      case BACKING -> ram.use().changed();
      case EAGER -> ram.allChunks();
      case LAZY -> lazy == null ? ram.allChunks() : lazy.arrived();
    };
  }

  /** As {@link GuestRam#close}. */
  @Override
  public void close() {
    ram.close();
  }
}
