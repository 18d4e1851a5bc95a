/**
 * What this host's KVM does differently, found by tiny guests, and what the guest kernel must be
 * told. Must not match names.
 */
@NullMarked
package dev.spore.vmm.quirk;

import org.jspecify.annotations.NullMarked;
