package dev.spore.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processor time of this process's threads, by the scheduler's count. */
final class OwnThreads {
  private static final Path TASKS = Path.of("/proc/self/task");

  private OwnThreads() {}

  /** Nanoseconds that all live threads but the vCPUs' have run. */
  static long nanosBesideVcpus() throws IOException {
    List<Path> threads;
    try (Stream<Path> tasks = Files.list(TASKS)) {
      threads = tasks.toList();
    }
    long nanos = 0;
    for (Path thread : threads) {
      nanos += nanos(thread);
    }
    return nanos;
  }

  private static long nanos(Path thread) throws IOException {
    try {
      boolean vcpu = Files.readString(thread.resolve("comm")).startsWith("vcpu-");
      String schedstat = Files.readString(thread.resolve("schedstat"));
      return vcpu ? 0 : Long.parseLong(schedstat.split(" ", -1)[0]);
    } catch (NoSuchFileException e) {
      return 0; // ended meanwhile
    }
  }
}
