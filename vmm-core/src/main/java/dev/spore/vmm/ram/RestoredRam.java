package dev.spore.vmm.ram;

import dev.spore.format.hint.WorkingSet;
import dev.spore.vmm.SporeException;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** RAM a machine can go on with, and how it came about. */
public final class RestoredRam implements AutoCloseable {
  private final GuestRam ram;
  private final RamSource source;
  private final String reason;
  private final @Nullable LazyRam lazy;
  private final @Nullable BackingWatch watch;

  private RestoredRam(
      GuestRam ram,
      RamSource source,
      String reason,
      @Nullable LazyRam lazy,
      @Nullable BackingWatch watch) {
    this.ram = ram;
    this.source = source;
    this.reason = reason;
    this.lazy = lazy;
    this.watch = watch;
  }

  static RestoredRam mapped(GuestRam ram, String reason, BackingWatch watch) {
    return new RestoredRam(ram, RamSource.BACKING, reason, null, watch);
  }

  static RestoredRam read(GuestRam ram, String reason) {
    return new RestoredRam(ram, RamSource.EAGER, reason, null, null);
  }

  static RestoredRam lazy(GuestRam ram, String reason, LazyRam filler) {
    return new RestoredRam(ram, RamSource.LAZY, reason, filler, null);
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

  /**
   * Looks whether others have written to the file that is mapped: why this is not the memory that
   * was saved. The owner has been told then, too.
   */
  public Optional<SporeException> lost() {
    return watch == null ? Optional.empty() : watch.lost();
  }

  /** As {@link GuestRam#close}. */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    ram.close();
  }
}
