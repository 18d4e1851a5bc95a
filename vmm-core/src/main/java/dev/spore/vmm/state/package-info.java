/**
 * Moves a stopped machine between KVM and the records of a spore: what is asked of KVM, in which
 * order it is given back, and whether KVM then holds what was given. Must not know files, memory or
 * the threads of a machine.
 */
@NullMarked
package dev.spore.vmm.state;

import org.jspecify.annotations.NullMarked;
