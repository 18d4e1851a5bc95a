/** The split virtqueue (virtio 1.2 §2.7). Must not know transports or devices. */
@NullMarked
package dev.spore.virtio.queue;

import org.jspecify.annotations.NullMarked;
