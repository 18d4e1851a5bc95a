/** The program as a user starts it, on real machines: each test boots one. */
@NullMarked
package dev.spore.cli.e2e;

import org.jspecify.annotations.NullMarked;
