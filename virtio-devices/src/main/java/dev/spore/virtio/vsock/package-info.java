/**
 * The socket device (virtio 1.2 §5.10): stream sockets between the guest and threads of the host.
 * Must not know what the streams carry, nor any socket of the host.
 */
@NullMarked
package dev.spore.virtio.vsock;

import org.jspecify.annotations.NullMarked;
