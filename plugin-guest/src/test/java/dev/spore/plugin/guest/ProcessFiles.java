package dev.spore.plugin.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What this process holds of its host. */
final class ProcessFiles {
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

  private ProcessFiles() {}

  /** Open descriptors of KVM. */
  static int open() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return (int) descriptors.filter(ProcessFiles::isKvm).count();
    }
  }

  private static boolean isKvm(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("kvm");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  /** Resident bytes that are not the Java heap, after collecting it. */
  static long residentOutsideOfHeap() throws IOException {
    System.gc();
    Matcher matcher = RESIDENT.matcher(Files.readString(Path.of("/proc/self/status")));
    if (!matcher.find()) {
      throw new IOException("no VmRSS in /proc/self/status");
    }
    return Long.parseLong(matcher.group(1)) * 1024 - Runtime.getRuntime().totalMemory();
  }
}
