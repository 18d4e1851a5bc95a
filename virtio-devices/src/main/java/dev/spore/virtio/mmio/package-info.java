/** The MMIO transport, version 2 (virtio 1.2 §4.2). Must not know which device it carries. */
@NullMarked
package dev.spore.virtio.mmio;

import org.jspecify.annotations.NullMarked;
