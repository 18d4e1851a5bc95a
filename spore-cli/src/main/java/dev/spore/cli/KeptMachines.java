package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.Version;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeUse;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directory of {@link BaseMachines}: what is in it, and what can go. A lock of flock(2) on a
 * kept machine's directory, shared while a machine that began there runs, keeps it from being
 * deleted; it ends with the process.
 */
final class KeptMachines {
  /** Kept machines of one user; keeping one more deletes the one that was used longest ago. */
  static final int MAX = 8;

  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final String NAME = "[0-9a-f]{32}";

  private KeptMachines() {}

  /**
   * One of them.
   *
   * @param memory digest of its memory index, in hexadecimal; null if it cannot be read
   * @param useless why no run will ever use it again, null if one may
   */
  record Kept(
      Path directory,
      long bytes,
      Instant lastUsed,
      boolean inUse,
      @Nullable String memory,
      @Nullable String useless) {}

  /** Those in {@code bases}, the one used last first. */
  static List<Kept> in(Path bases) {
    if (!Files.isDirectory(bases)) {
      return List.of();
    }
    List<Kept> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(bases)) {
      Instant boot = hostBoot();
      for (Path entry : entries) {
        boolean kept = String.valueOf(entry.getFileName()).matches(NAME);
        if (kept && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          look(entry, boot).ifPresent(found::add);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new SporeException(
          ErrorCode.CACHE_UNAVAILABLE,
          "%s cannot be read: %s; see to its permissions".formatted(bases, e.getMessage()),
          e);
    }
    found.sort(Comparator.comparing(Kept::lastUsed).reversed());
    return found;
  }

  /** Empty if it has gone meanwhile. */
  private static Optional<Kept> look(Path base, Instant boot) throws IOException {
    try {
      return Optional.of(find(base, boot));
    } catch (IOException e) {
      if (Files.exists(base)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static Kept find(Path base, Instant boot) throws IOException {
    Instant used = Files.getLastModifiedTime(base).toInstant();
    boolean inUse = SporeUse.isUsed(base);
    String memory = null;
    String useless;
    try {
      Spore spore = Spore.open(base);
      memory = spore.manifest().memory().index().hex();
      useless = whyUseless(base, spore, boot);
    } catch (SporeException e) {
      useless = e.code() == ErrorCode.OBJECT_INVALID ? "damaged" : null;
    }
    return new Kept(base, DirectorySize.of(base), used, inUse, memory, useless);
  }

  private static @Nullable String whyUseless(Path base, Spore spore, Instant boot)
      throws IOException {
    if (!spore.manifest().writer().equals(Version.NUMBER)) {
      return "of another version of Spore";
    }
    // The file is written when the machine is saved, and never again.
    Instant saved = Files.getLastModifiedTime(base.resolve("manifest.json")).toInstant();
    return saved.isBefore(boot) ? "of an earlier boot of this host" : null;
  }

  /** A moment before which this host had certainly not booted to where it is now. */
  private static Instant hostBoot() throws IOException {
    String uptime = Files.readString(UPTIME);
    long seconds = Long.parseLong(uptime.substring(0, uptime.indexOf('.')));
    return Instant.now().minus(Duration.ofSeconds(seconds + 60));
  }

  /** Keeps one from being deleted until the result is closed; empty if it is being deleted. */
  static Optional<SporeUse> hold(Path base) {
    Optional<SporeUse> held = SporeUse.of(base);
    if (held.isPresent()) {
      try {
        Files.setLastModifiedTime(base, FileTime.from(Instant.now()));
      } catch (IOException e) {
        System.getLogger(KeptMachines.class.getName())
            .log(System.Logger.Level.DEBUG, "the time of use is not known", e);
      }
    }
    return held;
  }

  /**
   * Deletes one, unless it is in use.
   *
   * @return whether it was deleted
   */
  static boolean remove(Path base) {
    try {
      return SporeUse.remove(base);
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.CACHE_UNAVAILABLE,
          "%s cannot be deleted: %s; see to its permissions".formatted(base, e.getMessage()),
          e);
    }
  }

  /** Deletes what is of no use, and beyond {@link #MAX} those that were used longest ago. */
  static void evict(Path bases) {
    int kept = 0;
    for (Kept machine : in(bases)) {
      kept++;
      boolean doomed = machine.useless() != null || kept > MAX;
      if (doomed && !machine.inUse() && remove(machine.directory())) {
        kept--;
      }
    }
  }
}
