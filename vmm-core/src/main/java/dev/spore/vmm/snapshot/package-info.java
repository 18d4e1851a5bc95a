/**
 * Spores as directories: opened with every byte proven before it counts, published whole or not at
 * all. Must not know KVM, devices or vCPUs.
 */
@NullMarked
package dev.spore.vmm.snapshot;

import org.jspecify.annotations.NullMarked;
