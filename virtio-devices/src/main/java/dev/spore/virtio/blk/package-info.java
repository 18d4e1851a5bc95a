/** The block device (virtio 1.2 §5.2). Must not open files: it is given a disk. */
@NullMarked
package dev.spore.virtio.blk;

import org.jspecify.annotations.NullMarked;
