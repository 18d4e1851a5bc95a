package dev.spore.kvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel reports about this process (proc(5)). */
public final class ProcessInfo {
  private static final Path STATM = Path.of("/proc/self/statm");

  private ProcessInfo() {}

  /** Resident bytes, touched guest RAM included; see {@link Mapping#residentBytes}. */
  public static long residentBytes() {
    try {
      String[] pages = Files.readString(STATM).split(" ", -1);
      return Long.parseLong(pages[1]) * Mapping.PAGE_BYTES;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
