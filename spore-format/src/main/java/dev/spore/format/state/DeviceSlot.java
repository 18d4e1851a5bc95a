package dev.spore.format.state;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import dev.spore.format.device.VirtioState;

/**
 * A virtio device and where it sits on the board.
 *
 * @param slot its window, which also decides its interrupt line, from 0
 */
public record DeviceSlot(int slot, VirtioState state) {
  public DeviceSlot {
    Check.range("slot", slot, 0, FormatLimits.DEVICES_MAX - 1);
  }
}
