package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
  private final long initrdAddressMax;

  private KernelImage(ByteSource source, ElfImage elf, long initrdAddressMax) {
    this.source = source;
    this.elf = elf;
    this.initrdAddressMax = initrdAddressMax;
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
    try {
      checkSize(file);
      return parse(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static KernelImage parse(ByteSource file) {
    ByteBuffer start =
        ByteBuffer.allocate((int) Math.min(BzImage.HEADER_BYTES, file.sizeBytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    file.read(0, start);
    start.flip();
    if (ElfImage.matches(start)) {
      return new KernelImage(file, ElfImage.parse(file), BootLimits.INITRD_ADDRESS_MAX);
    }
    if (BzImage.matches(start)) {
      BzImage header = BzImage.parse(file, start);
      return ofPayload(header.unpack(file), header.initrdAddressMax());
    }
    Compression compression = Compression.of(start);
    if (compression != null) {
      throw BootError.invalid(
          file.name(), "is a bare %s file".formatted(compression.label()), "unpack it first");
    }
    throw BootError.invalid(
        file.name(), "is neither an ELF file nor a bzImage", "give an x86-64 Linux vmlinux");
  }

  private static KernelImage ofPayload(UnpackedSource payload, long initrdAddressMax) {
    try {
      return new KernelImage(payload, ElfImage.parse(payload), initrdAddressMax);
    } catch (RuntimeException e) {
      payload.close();
      throw e;
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

  /** Highest address this kernel takes for its initrd's last byte. */
  long initrdAddressMax() {
    return initrdAddressMax;
  }

  /**
   * Copies every segment to its physical address. Call it once: a packed kernel is unpacked while
   * it is copied.
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
    if (source instanceof UnpackedSource unpacked) {
      unpacked.finish();
    }
  }

  @Override
  public void close() {
    source.close();
  }
}
