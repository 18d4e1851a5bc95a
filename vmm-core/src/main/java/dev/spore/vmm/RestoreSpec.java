package dev.spore.vmm;

import dev.spore.vmm.snapshot.Spore;

/**
 * How a machine is restored.
 *
 * @param spore what it was when it was saved
 */
public record RestoreSpec(Spore spore) {}
