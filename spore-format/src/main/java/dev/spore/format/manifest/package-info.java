/**
 * The manifest of a spore: what it is, what it needs of a host, and the digests of everything that
 * is not in it. Must not know KVM, files or the clock.
 */
@NullMarked
package dev.spore.format.manifest;

import org.jspecify.annotations.NullMarked;
