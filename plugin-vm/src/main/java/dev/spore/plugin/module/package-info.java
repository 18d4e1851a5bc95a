/**
 * A plugin as data, and its two encodings: the binary .cmod form and JSON. Checks form, not
 * meaning.
 */
@NullMarked
package dev.spore.plugin.module;

import org.jspecify.annotations.NullMarked;
