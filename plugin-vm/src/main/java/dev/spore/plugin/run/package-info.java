/**
 * Runs verified modules within limits and tells each step to whoever asks. Reads and writes no
 * files.
 */
@NullMarked
package dev.spore.plugin.run;

import org.jspecify.annotations.NullMarked;
