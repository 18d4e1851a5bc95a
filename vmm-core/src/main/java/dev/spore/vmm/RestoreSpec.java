package dev.spore.vmm;

import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.ForkRecord;
import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a machine is restored.
 *
 * @param spore what it was when it was saved
 * @param scratch directory for copies of the disks it had written; made when it is needed
 * @param memory where its RAM is to come from; read lazily, the spore must stay where it is for as
 *     long as the machine runs
 * @param backings where flat files of its RAM may be
 * @param fork which copy of the spore the machine is; empty takes what the spore itself says
 * @param kept whether the spore is this program's own, in its cache, and no more than a way to
 *     start: with a backing, what became of its chunks does not matter
 */
public record RestoreSpec(
    Spore spore,
    Path scratch,
    RestoreMode memory,
    Optional<BackingStore> backings,
    Optional<ForkRecord> fork,
    boolean kept) {
  /** Restores {@code spore} as the copy that it says it is, if any. */
  public RestoreSpec(
      Spore spore, Path scratch, RestoreMode memory, Optional<BackingStore> backings) {
    this(spore, scratch, memory, backings, Optional.empty(), false);
  }

  /** Restores {@code spore} from its chunks, all of them before the start. */
  public RestoreSpec(Spore spore, Path scratch) {
    this(spore, scratch, RestoreMode.EAGER, Optional.empty());
  }

  /**
   * Has {@link #backings} hold the RAM of the spore from now on, unless they do.
   *
   * @throws SporeException as {@link BackingStore#build}
   */
  public void buildBacking() {
    backings.ifPresent(store -> store.build(MachineRestore.image(this)));
  }
}
