/**
 * Typed wrappers over the KVM and Linux system calls Spore needs.
 *
 * <p>Owns every native call, every address and every kernel structure layout. Must not know what a
 * machine, a device or a guest is, and imports no other Spore package.
 */
@NullMarked
package dev.spore.kvm;

import org.jspecify.annotations.NullMarked;
