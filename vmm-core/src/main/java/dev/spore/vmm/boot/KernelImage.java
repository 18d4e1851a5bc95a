package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * A kernel whose headers were checked and whose bytes can be copied into a guest: an ELF64 vmlinux,
 * or the one inside a bzImage. The file is hostile input. Not thread-safe; close it after copying.
 */
public final class KernelImage implements AutoCloseable {
  private static final String ROLE = "kernel";

  private final ByteSource source;
  private final ElfImage elf;

  private KernelImage(ByteSource source, ElfImage elf) {
    this.source = source;
    this.elf = elf;
  }

  /**
   * Opens a kernel file and checks its headers.
   *
   * @throws dev.spore.vmm.SporeException object.not_found, or object.invalid when it is no kernel,
   *     damaged or truncated
   */
  public static KernelImage open(Path file) {
    return of(FileSource.open(ROLE, file));
  }

  /**
   * As {@link #open}, from bytes that are not written to any more.
   *
   * @param name what messages call the kernel
   */
  public static KernelImage ofBytes(String name, byte[] bytes) {
    return of(new ArraySource(ROLE + " " + name, bytes));
  }

  private static KernelImage of(ByteSource file) {
    ByteSource source = file;
    boolean done = false;
    try {
      checkSize(file);
      KernelImage image = new KernelImage(source, ElfImage.parse(source));
      done = true;
      return image;
    } finally {
      if (!done) {
        source.close();
      }
    }
  }

  private static void checkSize(ByteSource file) {
    if (file.sizeBytes() > BootLimits.KERNEL_FILE_BYTES_MAX) {
      throw BootError.invalid(
          file.name(),
          "has %d bytes, at most %d are read"
              .formatted(file.sizeBytes(), BootLimits.KERNEL_FILE_BYTES_MAX),
          "strip its debug information");
    }
  }

  /** Physical address of the first instruction. */
  public long entry() {
    return elf.entry();
  }

  /** First address after the kernel, its uninitialised data included. */
  public long end() {
    return elf.end();
  }

  /**
   * Copies every segment to its physical address.
   *
   * @param memory fresh RAM, all zero: uninitialised data is not cleared, so that its pages are not
   *     touched
   * @throws dev.spore.vmm.SporeException object.invalid when a segment does not fit the RAM, or the
   *     file shrinks meanwhile; the RAM is of no use then
   */
  public void copyTo(GuestMemory memory) {
    for (ElfImage.Segment segment : elf.segments()) {
      if (!memory.contains(segment.gpa(), segment.memoryBytes())) {
        throw BootError.invalid(
            source.name(),
            "needs RAM up to 0x%x".formatted(segment.end()),
            "give the guest more than %d MiB of memory".formatted(segment.end() >> 20));
      }
    }
    List<ElfImage.Segment> inFileOrder =
        elf.segments().stream()
            .sorted(Comparator.comparingLong(ElfImage.Segment::fileOffset))
            .toList();
    for (ElfImage.Segment segment : inFileOrder) {
      GuestCopy.copy(source, segment.fileOffset(), memory, segment.gpa(), segment.fileBytes());
    }
  }

  @Override
  public void close() {
    source.close();
  }
}
