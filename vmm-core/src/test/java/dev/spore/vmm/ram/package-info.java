/** Restored RAM is the saved RAM, wherever it comes from, or there is none. */
@NullMarked
package dev.spore.vmm.ram;

import org.jspecify.annotations.NullMarked;
