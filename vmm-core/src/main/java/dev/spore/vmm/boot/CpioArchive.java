package dev.spore.vmm.boot;

import dev.spore.vmm.SporeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Finds a file in an initrd that is one uncompressed cpio archive of the form newc
 * (Documentation/driver-api/early-userspace/buffer-format.rst). The kernel unpacks it, not we: what
 * is anything else, or could mean something else to the kernel, is not known here.
 */
public final class CpioArchive {
  private static final String MAGIC = "070701";
  private static final String END = "TRAILER!!!";
  private static final int HEADER_BYTES = 110;
  private static final int FIELD_DIGITS = 8;
  private static final int MODE = 1;
  private static final int SIZE = 6;
  private static final int NAME_SIZE = 11;
  private static final int ALIGNMENT = 4;
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;

  private final ByteSource source;
  private final String wanted;
  private Optional<Member> found = Optional.empty();

  private CpioArchive(ByteSource source, String wanted) {
    this.source = source;
    this.wanted = wanted;
  }

  /**
   * Where the content of a file lies in the archive.
   *
   * @param sizeBytes at least 1
   */
  public record Member(long offsetBytes, long sizeBytes) {}

  /**
   * Looks for a regular file; the last of that name, as the kernel does.
   *
   * @param name without a slash at its beginning
   * @return empty if there is none, or the file is not such an archive
   * @throws SporeException object.not_found or object.invalid if {@code archive} cannot be read
   */
  public static Optional<Member> find(Path archive, String name) {
    try (FileSource source = FileSource.open("initrd", archive)) {
      return find(source, name);
    }
  }

  /** As {@link #find(Path, String)}, in memory. */
  public static Optional<Member> find(byte[] archive, String name) {
    return find(new ArraySource("initrd", archive), name);
  }

  private static Optional<Member> find(ByteSource source, String name) {
    CpioArchive archive = new CpioArchive(source, name);
    return archive.walk() ? archive.found : Optional.empty();
  }

  /** Looks at every member; false if this is no archive that ends where the file does. */
  private boolean walk() {
    long at = 0;
    while (source.sizeBytes() - at >= HEADER_BYTES) {
      String header = text(at, HEADER_BYTES);
      if (!header.startsWith(MAGIC)
          || !header.substring(MAGIC.length()).chars().allMatch(HexFormat::isHexDigit)) {
        return false;
      }
      long nameBytes = field(header, NAME_SIZE);
      long sizeBytes = field(header, SIZE);
      long content = align(at + HEADER_BYTES + nameBytes);
      if (nameBytes < 2
          || nameBytes > BootLimits.CPIO_NAME_BYTES_MAX
          || sizeBytes > source.sizeBytes() - content) {
        return false;
      }
      String name = text(at + HEADER_BYTES, (int) nameBytes - 1);
      if (name.equals(END)) {
        return isZeroFrom(content);
      }
      if (plain(name).equals(wanted)) {
        boolean file = (field(header, MODE) & TYPE) == REGULAR && sizeBytes > 0;
        found = file ? Optional.of(new Member(content, sizeBytes)) : Optional.empty();
      }
      at = align(content + sizeBytes);
    }
    return false;
  }

  /** Another archive that follows could hold the same file again. */
  private boolean isZeroFrom(long start) {
    long left = source.sizeBytes() - start;
    if (left > BootLimits.CPIO_PADDING_BYTES_MAX) {
      return false;
    }
    return left <= 0 || text(start, (int) left).chars().allMatch(c -> c == 0);
  }

  private static String plain(String name) {
    String plain = name.startsWith("./") ? name.substring(2) : name;
    return plain.startsWith("/") ? plain.substring(1) : plain;
  }

  private static long field(String header, int number) {
    int start = MAGIC.length() + number * FIELD_DIGITS;
    return HexFormat.fromHexDigitsToLong(header, start, start + FIELD_DIGITS);
  }

  private static long align(long offset) {
    return (offset + ALIGNMENT - 1) & -ALIGNMENT;
  }

  private String text(long offset, int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    source.read(offset, ByteBuffer.wrap(bytes));
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
