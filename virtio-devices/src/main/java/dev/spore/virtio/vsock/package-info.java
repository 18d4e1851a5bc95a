/** The socket device (virtio 1.2 §5.10): host ends of guest streams. */
@NullMarked
package dev.spore.virtio.vsock;

import org.jspecify.annotations.NullMarked;
