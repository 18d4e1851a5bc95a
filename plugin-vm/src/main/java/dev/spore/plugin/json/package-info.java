/** JSON as traces and hashes need it: written in one form, read with bounds. */
@NullMarked
package dev.spore.plugin.json;

import org.jspecify.annotations.NullMarked;
