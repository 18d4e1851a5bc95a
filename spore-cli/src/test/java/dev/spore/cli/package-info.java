/** Tests of the command line: parsing, messages, streams, and the program as a process. */
@NullMarked
package dev.spore.cli;

import org.jspecify.annotations.NullMarked;
