/**
 * What every virtio device has in common: the device interface, interrupt, doorbell, limits. Must
 * not know KVM.
 */
@NullMarked
package dev.spore.virtio;

import org.jspecify.annotations.NullMarked;
