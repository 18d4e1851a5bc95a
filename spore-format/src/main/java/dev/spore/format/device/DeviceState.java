package dev.spore.format.device;

/**
 * What one kind of virtio device adds to its {@link TransportState}. Requests are not part of it:
 * between two requests a device holds little of its own.
 */
public sealed interface DeviceState permits BlkState, ConsoleState, RngState, VsockState {
  /** Virtio device type (virtio 1.2 §5) this belongs to. */
  int deviceType();
}
