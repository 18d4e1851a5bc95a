/**
 * Chunks by their BLAKE3 id: nobody sees a byte of one before it is verified. Must not know what a
 * chunk means, nor machines.
 */
@NullMarked
package dev.spore.cas;

import org.jspecify.annotations.NullMarked;
