/** Traces of runs, .ctrace: events, checksums and what a run was given. Runs nothing itself. */
@NullMarked
package dev.spore.plugin.trace;

import org.jspecify.annotations.NullMarked;
