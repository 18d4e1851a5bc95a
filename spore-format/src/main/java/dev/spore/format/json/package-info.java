/**
 * The one way this format writes JSON (docs/spore-format.md): members in a fixed order, no space,
 * numbers and hexadecimal digits without choice. Not exported.
 *
 * <p>A reader that accepts exactly what the writer gives needs no tree and no look-ahead, and every
 * value has one form, so that a hash of the bytes is a hash of the value.
 */
@NullMarked
package dev.spore.format.json;

import org.jspecify.annotations.NullMarked;
