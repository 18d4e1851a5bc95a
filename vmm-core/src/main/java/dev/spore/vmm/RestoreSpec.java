package dev.spore.vmm;

import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Path;

/**
 * How a machine is restored.
 *
 * @param spore what it was when it was saved
 * @param scratch directory for copies of the disks it had written; made when it is needed
 */
public record RestoreSpec(Spore spore, Path scratch) {}
