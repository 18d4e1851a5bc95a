/** Going back and forth through a trace: states, frames, stops, and the commands for it. */
@NullMarked
package dev.spore.plugin.debug;

import org.jspecify.annotations.NullMarked;
