/**
 * {@code spore plugin}: command lines, files, texts and exit codes of plugins, as ChronicleVM has
 * them. Knows nothing of machines, and nothing but its own package knows how it looks inside.
 */
@NullMarked
package dev.spore.cli.plugin;

import org.jspecify.annotations.NullMarked;
