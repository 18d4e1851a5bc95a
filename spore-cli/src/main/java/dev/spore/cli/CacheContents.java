package dev.spore.cli;

import dev.spore.vmm.ram.BackingStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the cache directory of a user holds, and what of it is of no use. */
final class CacheContents {
  /** A backing that no kept machine has is of a spore elsewhere: it may be wanted again soon. */
  static final Duration BACKING_IDLE_MAX = Duration.ofDays(7);

  /** What the launcher builds, in directories of their own. */
  private static final List<String> BUILT = List.of("dist", "kernels", "initrds");

  private CacheContents() {}

  /**
   * One thing.
   *
   * @param kind stable name for programs
   * @param inUse by a machine that runs now
   * @param useless why it can go, null if it is of use
   * @param removable whether it can be deleted at all by {@code spore system prune}
   * @param remove deletes it; false if it came into use meanwhile
   */
  record Entry(
      String kind,
      Path path,
      long bytes,
      @Nullable Instant lastUsed,
      boolean inUse,
      @Nullable String useless,
      boolean removable,
      BooleanSupplier remove) {}

  static List<Entry> of(Path cache) {
    List<Entry> entries = new ArrayList<>();
    for (String kind : BUILT) {
      Path directory = cache.resolve(kind);
      if (Files.isDirectory(directory)) {
        long bytes = DirectorySize.of(directory);
        entries.add(new Entry(kind, directory, bytes, null, false, null, false, () -> false));
      }
    }
    Set<String> memories = new HashSet<>();
    for (KeptMachines.Kept kept : KeptMachines.in(cache.resolve("bases"))) {
      if (kept.memory() != null && kept.useless() == null) {
        memories.add(kept.memory());
      }
      Path base = kept.directory();
      entries.add(
          new Entry(
              "base",
              base,
              kept.bytes(),
              kept.lastUsed(),
              kept.inUse(),
              kept.useless(),
              true,
              () -> KeptMachines.remove(base)));
    }
    addBackings(cache.resolve("backings"), memories, entries);
    return entries;
  }

  private static void addBackings(Path directory, Set<String> memories, List<Entry> entries) {
    BackingStore store = BackingStore.in(directory);
    for (BackingStore.Stored stored : store.list()) {
      String hex = stored.index().hex();
      boolean idle = stored.lastUsed().isBefore(Instant.now().minus(BACKING_IDLE_MAX));
      boolean useless = !memories.contains(hex) && idle;
      entries.add(
          new Entry(
              "backing",
              directory.resolve(hex + ".ram"),
              stored.sizeBytes(),
              stored.lastUsed(),
              stored.inUse(),
              useless ? "unused for %d days".formatted(BACKING_IDLE_MAX.toDays()) : null,
              true,
              () -> store.remove(stored.index())));
    }
  }
}
