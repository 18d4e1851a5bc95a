package dev.spore.vmm.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a process holds that a machine could leave behind: threads, descriptors, mappings of guest
 * RAM and of vCPUs, child processes; each kind with its number.
 */
record Footprint(TreeMap<String, Integer> held) {
  /** Threads that the JVM or the JDK keeps for itself, once something has needed them. */
  private static final Set<String> OF_THE_JVM =
      Set.of("VirtualThread-unblocker", "VirtualThread-unparker", "process reaper", "Read-Poller");

  static Footprint ofThisProcess() throws IOException {
    TreeMap<String, Integer> held = new TreeMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (OF_THE_JVM.stream().noneMatch(thread.getName()::startsWith)
          && !thread.getName().startsWith("ForkJoinPool-")) {
        count(held, "thread " + thread.getName());
      }
    }
    descriptors().forEach(target -> count(held, "descriptor " + target));
    mappings().forEach(mapping -> count(held, "mapping " + mapping));
    ProcessHandle.current().descendants().forEach(child -> count(held, "process " + child.pid()));
    return new Footprint(held);
  }

  /** As {@link #ofThisProcess}, when threads that have been told to end had time to. */
  static Footprint settled() throws IOException, InterruptedException {
    Footprint last = ofThisProcess();
    for (int i = 0; i < 50; i++) {
      TimeUnit.MILLISECONDS.sleep(100);
      Footprint now = ofThisProcess();
      if (i > 5 && now.equals(last)) {
        return now;
      }
      last = now;
    }
    return last;
  }

  /** What is held now and was not, or less of it, before. */
  List<String> minus(Footprint before) {
    List<String> more = new ArrayList<>();
    held.forEach((what, number) -> {
      int extra = number - before.held.getOrDefault(what, 0);
      if (extra > 0) {
        more.add(extra + " x " + what);
      }
    });
    return more;
  }

  private static void count(TreeMap<String, Integer> held, String what) {
    held.merge(what, 1, Integer::sum);
  }

  private static List<String> descriptors() throws IOException {
    List<String> targets = new ArrayList<>();
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : links.toList()) {
        String target = target(link);
        // The directory that is being listed, and what class loading opens when it likes.
        if (!target.isEmpty() && !target.startsWith("/proc/") && !target.endsWith(".jar")) {
          targets.add(target);
        }
      }
    }
    return targets;
  }

  private static String target(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return "";
    }
  }

  /** vCPU pages by name; guest RAM by the huge-page advice nothing else in a JVM asks for. */
  private static List<String> mappings() throws IOException {
    List<String> found = new ArrayList<>();
    String name = "";
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        name = line.replaceFirst("^(\\S+\\s+){5}", "");
        if (name.contains("kvm") || name.contains("memfd:")) {
          found.add(name);
        }
      } else if (line.startsWith("VmFlags:") && line.contains(" hg")) {
        found.add("of guest RAM " + name);
      }
    }
    return found;
  }
}
