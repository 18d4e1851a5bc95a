/** Values of plugins, their types and the texts they are shown as. Knows nothing of modules. */
@NullMarked
package dev.spore.plugin.value;

import org.jspecify.annotations.NullMarked;
