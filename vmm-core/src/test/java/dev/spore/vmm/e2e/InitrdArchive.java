package dev.spore.vmm.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes initrds: newc cpio (Documentation/driver-api/early-userspace). */
public final class InitrdArchive {
  private static final int REGULAR_EXECUTABLE = 0100755;
  private static final int DIRECTORY = 0040755;
  private static final int CHARACTER_DEVICE = 0020600;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int inode;

  /** An archive with nothing in it yet. */
  public InitrdArchive() {}

  /** {@code program} as /init, and the console it writes to. */
  static Path of(Path program, Path archive) throws IOException {
    InitrdArchive cpio = new InitrdArchive();
    cpio.entry("dev", DIRECTORY, new byte[0], 0, 0);
    cpio.entry("dev/console", CHARACTER_DEVICE, new byte[0], 5, 1);
    cpio.entry("init", REGULAR_EXECUTABLE, Files.readAllBytes(program), 0, 0);
    return Files.write(archive, cpio.end());
  }

  /** Adds a member. */
  public InitrdArchive add(String name, int mode, byte[] content) {
    entry(name, mode, content, 0, 0);
    return this;
  }

  /** The archive with its end. */
  public byte[] end() {
    entry("TRAILER!!!", 0, new byte[0], 0, 0);
    return out.toByteArray();
  }

  private void entry(String name, int mode, byte[] content, int major, int minor) {
    String header =
        "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x"
            .formatted(
                ++inode,
                mode,
                0,
                0,
                1,
                0,
                content.length,
                0,
                0,
                major,
                minor,
                name.length() + 1,
                0);
    out.writeBytes((header + name + "\0").getBytes(StandardCharsets.US_ASCII));
    pad();
    out.writeBytes(content);
    pad();
  }

  private void pad() {
    while (out.size() % 4 != 0) {
      out.write(0);
    }
  }
}
