/** Assembly text, .casm, to a module and back. Knows nothing of the language above it. */
@NullMarked
package dev.spore.plugin.asm;

import org.jspecify.annotations.NullMarked;
