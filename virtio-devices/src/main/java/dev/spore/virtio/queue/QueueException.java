package dev.spore.virtio.queue;

/**
 * The driver broke the rules of the ring. The transport answers with DEVICE_NEEDS_RESET (virtio 1.2
 * §2.1.2) and serves nothing more until the driver resets the device.
 */
public final class QueueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param rule what was broken, with the offending numbers
   */
  public QueueException(String rule) {
    // A hostile guest can cause these at will: no stack trace, no cost beyond the object.
    super(rule, null, false, false);
  }
}
