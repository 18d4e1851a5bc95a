/**
 * Machines that boot the real kernel and agent. A boot costs half a minute on a host that
 * interprets kernel code, so most tests share the machines of {@link
 * dev.spore.vmm.e2e.SharedGuests}.
 */
@NullMarked
package dev.spore.vmm.e2e;

import org.jspecify.annotations.NullMarked;
