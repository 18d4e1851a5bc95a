/**
 * The command line: parses, shows progress, prints results, maps errors to exit codes. Must not
 * know KVM, except {@code doctor}, which looks at it.
 */
@NullMarked
package dev.spore.cli;

import org.jspecify.annotations.NullMarked;
