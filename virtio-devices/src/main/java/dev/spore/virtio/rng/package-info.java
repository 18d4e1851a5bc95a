/** The entropy device (virtio 1.2 §5.4). */
@NullMarked
package dev.spore.virtio.rng;

import org.jspecify.annotations.NullMarked;
