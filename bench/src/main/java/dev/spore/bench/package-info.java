/**
 * Benchmarks: each prints what is inside its number, the median and the spread. Uses the machine
 * library and the real command; nothing may depend on it.
 */
@NullMarked
package dev.spore.bench;

import org.jspecify.annotations.NullMarked;
