/** Runs of the original program, and this one beside it. */
@NullMarked
package dev.spore.plugin.golden;

import org.jspecify.annotations.NullMarked;
