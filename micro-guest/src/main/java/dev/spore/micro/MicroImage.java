package dev.spore.micro;

import java.util.List;

/**
 * What the memory of a machine holds before each run; zeros elsewhere. Immutable: nobody changes
 * the bytes given here.
 */
public final class MicroImage {
  private final AddressSpace space;
  private final List<Part> parts;

  /** Bytes at an address, inside one region. */
  public static final class Part {
    private final long address;
    private final byte[] bytes;

    /**
     * @param bytes not copied, and not to be changed any more
     */
    public Part(long address, byte[] bytes) {
      this.address = address;
      this.bytes = bytes;
    }

    long address() {
      return address;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /**
   * @throws IllegalArgumentException if a part is in no region
   */
  public MicroImage(AddressSpace space, List<Part> parts) {
    this.space = space;
    this.parts = List.copyOf(parts);
    for (Part part : this.parts) {
      space.containing(part.address(), part.bytes().length);
    }
  }

  public AddressSpace space() {
    return space;
  }

  List<Part> parts() {
    return parts;
  }
}
