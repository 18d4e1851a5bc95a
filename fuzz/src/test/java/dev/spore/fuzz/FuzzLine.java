package dev.spore.fuzz;

import dev.spore.virtio.Interrupt;

/** An interrupt line a fuzz target can look at. */
final class FuzzLine implements Interrupt {
  private boolean up;

  @Override
  public void raise() {
    up = true;
  }

  @Override
  public void lower() {
    up = false;
  }

  boolean isUp() {
    return up;
  }
}
