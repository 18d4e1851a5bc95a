/** What traces tell people: texts of events, states between them, comparisons. Runs nothing. */
@NullMarked
package dev.spore.plugin.inspect;

import org.jspecify.annotations.NullMarked;
