/** Tests of the hash and of the chunk store. */
@NullMarked
package dev.spore.cas;

import org.jspecify.annotations.NullMarked;
