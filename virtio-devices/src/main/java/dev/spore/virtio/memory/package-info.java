/**
 * Guest RAM as devices see it: bounded, unsigned, dirty-marking. Must not know queues or devices.
 */
@NullMarked
package dev.spore.virtio.memory;

import org.jspecify.annotations.NullMarked;
