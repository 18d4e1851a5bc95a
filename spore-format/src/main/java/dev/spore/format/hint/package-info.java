/**
 * Files beside a spore that make a restore faster and are never authority: without them, or with
 * wrong ones, the same machine comes up more slowly. Must not know files: whoever reads one passes
 * its bytes and what stat said.
 */
@NullMarked
package dev.spore.format.hint;

import org.jspecify.annotations.NullMarked;
