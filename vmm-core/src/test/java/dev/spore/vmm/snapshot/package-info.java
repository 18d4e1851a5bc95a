/** Spores in their directories, whole and damaged. */
@NullMarked
package dev.spore.vmm.snapshot;

import org.jspecify.annotations.NullMarked;
