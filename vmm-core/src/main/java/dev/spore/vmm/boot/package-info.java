/**
 * From a kernel file to a guest ready for its first instruction: loaders, zero page, E820, MP
 * table, page tables. Must not know KVM.
 */
@NullMarked
package dev.spore.vmm.boot;

import org.jspecify.annotations.NullMarked;
