package dev.spore.virtio;

/**
 * The interrupt line of one device (virtio 1.2 §4.2.2, InterruptStatus).
 *
 * <p>Called from the device thread and from vCPU threads; implementations are thread-safe.
 */
public interface Interrupt {
  /** Asserts the line. Raising a raised line is allowed and must still lead to an interrupt. */
  void raise();

  /** Deasserts the line. Called on every path that clears the last bit of InterruptStatus. */
  void lower();
}
