/**
 * The language, .chr, to a module: edition 1, every quirk included. Knows nothing of how it runs.
 */
@NullMarked
package dev.spore.plugin.lang;

import org.jspecify.annotations.NullMarked;
