/** Whether traces are true: runs their modules again and compares. */
@NullMarked
package dev.spore.plugin.replay;

import org.jspecify.annotations.NullMarked;
