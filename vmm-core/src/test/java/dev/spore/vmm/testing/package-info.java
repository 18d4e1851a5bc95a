/** Spores for tests, without a machine. */
@NullMarked
package dev.spore.vmm.testing;

import org.jspecify.annotations.NullMarked;
