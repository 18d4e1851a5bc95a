/** Snapshot records of the virtio devices, written and read by the devices themselves. */
@NullMarked
package dev.spore.format.device;

import org.jspecify.annotations.NullMarked;
