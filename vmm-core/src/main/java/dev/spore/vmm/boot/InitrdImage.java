package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.nio.file.Path;

/** An initrd file: placed and copied, never looked into. */
final class InitrdImage implements AutoCloseable {
  private static final long PAGE_BYTES = GuestMemory.PAGE_BYTES;

  private final ByteSource source;

  private InitrdImage(ByteSource source) {
    this.source = source;
  }

  /**
   * Opens the file.
   *
   * @throws dev.spore.vmm.SporeException object.not_found, or object.invalid when it is empty or
   *     unreadable
   */
  static InitrdImage open(Path file) {
    return new InitrdImage(FileSource.open("initrd", file));
  }

  /**
   * Where it goes: page aligned, as high as low RAM and the kernel's limit allow, above the kernel.
   *
   * @throws dev.spore.vmm.SporeException object.invalid when there is no such place
   */
  RamLayout.Region place(RamLayout ram, KernelImage kernel) {
    long top = Math.min(ram.lowEnd(), kernel.initrdAddressMax() + 1);
    long lowest = BootLayout.alignUp(kernel.end(), PAGE_BYTES);
    long size = source.sizeBytes();
    if (size > top - lowest) {
      throw BootError.invalid(
          source.name(),
          "has %d bytes, and %d are free between the kernel and 0x%x"
              .formatted(size, Math.max(0, top - lowest), top),
          "give the guest more memory or a smaller initrd");
    }
    return new RamLayout.Region(BootLayout.alignDown(top - size, PAGE_BYTES), size);
  }

  /** Copies it there. */
  void copyTo(GuestMemory memory, RamLayout.Region place) {
    GuestCopy.copy(source, 0, memory, place.gpa(), place.sizeBytes());
  }

  @Override
  public void close() {
    source.close();
  }
}
