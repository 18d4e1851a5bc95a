/**
 * TOML 1.0 as policies are written in: a bounded reader without look at what is said. Not exported.
 */
@NullMarked
package dev.spore.plugin.toml;

import org.jspecify.annotations.NullMarked;
