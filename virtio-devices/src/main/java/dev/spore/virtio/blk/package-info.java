/**
 * The block device (virtio 1.2 §5.2): requests from the ring become reads and writes of a {@link
 * dev.spore.virtio.blk.Disk}. Must not open files: it is given a disk.
 */
@NullMarked
package dev.spore.virtio.blk;

import org.jspecify.annotations.NullMarked;
