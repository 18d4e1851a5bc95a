/** Tests of what reads and prints figures. */
@NullMarked
package dev.spore.bench;

import org.jspecify.annotations.NullMarked;
