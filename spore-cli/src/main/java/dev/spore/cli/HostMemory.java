package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@code /proc/meminfo} says; proc(5). */
final class HostMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");

  private HostMemory() {}

  static long totalBytes() {
    return field("MemTotal:");
  }

  static long availableBytes() {
    return field("MemAvailable:");
  }

  private static long field(String name) {
    try {
      return parse(name, Files.readAllLines(MEMINFO));
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.HOST_UNSUPPORTED,
          MEMINFO + ": " + HostFiles.reason(e) + "; is /proc mounted?",
          e);
    }
  }

  /** Lines are {@code MemTotal: 24683432 kB}. */
  static long parse(String name, List<String> lines) {
    for (String line : lines) {
      if (line.startsWith(name) && line.endsWith(" kB")) {
        return Long.parseLong(line.substring(name.length(), line.length() - 3).strip()) << 10;
      }
    }
    throw new SporeException(ErrorCode.HOST_UNSUPPORTED, MEMINFO + " has no " + name + " line");
  }
}
