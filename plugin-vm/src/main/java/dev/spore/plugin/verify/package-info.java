/** Whether a module means anything: names, bounds, signatures. Knows nothing of how it runs. */
@NullMarked
package dev.spore.plugin.verify;

import org.jspecify.annotations.NullMarked;
