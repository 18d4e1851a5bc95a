package dev.spore.vmm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What machines hold of this process: their descriptors, shared pages and threads by name, and the
 * size of the address space, which the JVM itself makes waver.
 */
record Footprint(List<String> descriptors, List<String> pages, List<String> threads, long bytes) {
  private static final Pattern THREAD =
      Pattern.compile("(vcpu|console|rng|blk|vsock)-\\d+|machine-.*");

  static Footprint now() {
    return new Footprint(descriptorsOfMachines(), kvmPages(), threadsOfMachines(), addressSpace());
  }

  static List<String> threadsOfMachines() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> THREAD.matcher(name).matches())
        .sorted()
        .toList();
  }

  private static List<String> descriptorsOfMachines() {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.map(Footprint::target).filter(name -> isOfMachine(name)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOfMachine(String name) {
    return name.equals("/dev/kvm")
        || name.startsWith("anon_inode:kvm")
        || name.contains("eventfd")
        || name.endsWith(".img");
  }

  /** Empty for the descriptor the listing itself used, gone by now. */
  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> kvmPages() {
    return lines("/proc/self/maps").stream()
        .filter(line -> line.contains("anon_inode:kvm"))
        .toList();
  }

  private static long addressSpace() {
    String pages = lines("/proc/self/statm").getFirst().split(" ", 2)[0];
    return Long.parseLong(pages) * 4096;
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
