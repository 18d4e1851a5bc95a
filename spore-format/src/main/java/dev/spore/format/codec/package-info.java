/**
 * How a machine's state is written as JSON: one codec for each group of records, reading and
 * writing side by side. Not exported.
 */
@NullMarked
package dev.spore.format.codec;

import org.jspecify.annotations.NullMarked;
