package dev.spore.virtio.memory;

/** The guest named memory it does not have. The device that meets it asks for a reset. */
public final class GuestMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param gpa guest physical address of the first byte
   * @param lengthBytes unsigned length of the access
   */
  public GuestMemoryException(long gpa, long lengthBytes) {
    // A hostile guest can cause these at will: no stack trace, no cost beyond the object.
    super(
        "guest memory 0x%x+0x%x is outside guest RAM".formatted(gpa, lengthBytes),
        null,
        false,
        false);
  }
}
