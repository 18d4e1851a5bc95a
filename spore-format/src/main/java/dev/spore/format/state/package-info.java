/**
 * The complete state of a stopped machine as plain values, named as the manuals name them and free
 * of any kernel structure. Must not know KVM, files or how the state is written down.
 *
 * <p>Registers keep the value the guest would read. Constructors throw IllegalArgumentException for
 * what a machine cannot be in as far as one record can tell; they do not judge guest values such as
 * reserved bits, which the host that restores them does.
 */
@NullMarked
package dev.spore.format.state;

import org.jspecify.annotations.NullMarked;
