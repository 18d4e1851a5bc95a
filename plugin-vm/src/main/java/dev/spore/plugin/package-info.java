/** The bounds of plugins and the errors they end in. Imports no other package. */
@NullMarked
package dev.spore.plugin;

import org.jspecify.annotations.NullMarked;
