/** Benchmarks: each prints what is inside its number, the median and the spread. */
@NullMarked
package dev.spore.bench;

import org.jspecify.annotations.NullMarked;
