/** Command lines of plugins, against the original's and by themselves. */
@NullMarked
package dev.spore.cli.plugin;

import org.jspecify.annotations.NullMarked;
