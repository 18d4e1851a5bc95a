/**
 * Engine {@code kvm}: runs programs on an interpreter in a machine of ring 3 alone and answers what
 * it asks for at its doorbell. Owns the memory layout of that machine and the reading of what the
 * guest says, which is hostile. Does not know how machines are made.
 */
@NullMarked
package dev.spore.plugin.guest;

import org.jspecify.annotations.NullMarked;
