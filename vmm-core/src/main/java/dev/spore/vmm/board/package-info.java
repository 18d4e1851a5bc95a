/**
 * The board: address map, port and MMIO buses, the 16550 and the reset port. Must not know KVM, and
 * no device behind the buses knows another.
 */
@NullMarked
package dev.spore.vmm.board;

import org.jspecify.annotations.NullMarked;
