/** The console device (virtio 1.2 §5.3), one port. */
@NullMarked
package dev.spore.virtio.console;

import org.jspecify.annotations.NullMarked;
