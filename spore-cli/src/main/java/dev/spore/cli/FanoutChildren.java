package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.snapshot.ForkRecord;
import dev.spore.vmm.snapshot.SnapshotLimits;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The machines a fan-out runs: copies of one spore, or the children that a fork has made.
 *
 * @param list in order of their numbers, at least one
 * @param sample one of them that could be opened; the others are like it
 */
record FanoutChildren(List<Child> list, Spore sample) {
  private static final String NAME = "[0-9]{6}";

  /**
   * One of them.
   *
   * @param number what users call it
   * @param sibling what the guest hears of it
   */
  record Child(int number, Path spore, RunRequest.Sibling sibling) {}

  FanoutChildren {
    list = List.copyOf(list);
  }

  /**
   * Finds them.
   *
   * @param count how many, as typed; null if nothing was
   * @throws SporeException usage.* for a count that is missing or does not belong there; as {@link
   *     Spore#open} for a spore; object.* if there are no children, or none of them can be opened
   */
  static FanoutChildren in(Path directory, @Nullable String count) {
    List<Path> forked = forked(directory);
    if (forked.isEmpty()) {
      return copies(directory, count);
    }
    if (count != null) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "--count %s: %s has %d children, and all of them run; leave --count out"
              .formatted(count, directory, forked.size()));
    }
    List<Child> children = new ArrayList<>();
    for (Path spore : forked) {
      int number = Integer.parseInt(String.valueOf(spore.getFileName()));
      children.add(new Child(number, spore, new RunRequest.Sibling(null)));
    }
    return new FanoutChildren(children, anyOf(forked));
  }

  private static FanoutChildren copies(Path directory, @Nullable String count) {
    Spore spore = Spore.open(directory);
    if (count == null) {
      throw new SporeException(
          ErrorCode.USAGE_MISSING_ARGUMENT,
          "say how many children: spore fanout %s --count N CMD".formatted(directory));
    }
    int copies = ForkCommand.children(count);
    String batch = ForkRecord.freshBatch();
    List<Child> children = new ArrayList<>();
    for (int i = 0; i < copies; i++) {
      ForkRecord fork = new ForkRecord(batch, i, copies);
      children.add(new Child(i, directory, new RunRequest.Sibling(fork)));
    }
    return new FanoutChildren(children, spore);
  }

  /** What looks like children of a fork, in order; a spore has nothing of the kind. */
  private static List<Path> forked(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(directory, FanoutChildren::isChild)) {
      entries.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw InspectCommand.unreadable(directory, new IOException(e));
    } catch (IOException e) {
      throw InspectCommand.unreadable(directory, e);
    }
    if (found.size() > SnapshotLimits.FORK_CHILDREN_MAX) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          "%s has %d directories that are named as children, more than the %d of a fork"
              .formatted(directory, found.size(), SnapshotLimits.FORK_CHILDREN_MAX));
    }
    return found.stream().sorted().toList();
  }

  private static boolean isChild(Path entry) {
    return String.valueOf(entry.getFileName()).matches(NAME) && Files.isDirectory(entry);
  }

  /** RAM of each. */
  long memoryBytes() {
    return sample.manifest().board().memoryBytes();
  }

  /** They are of one machine; a damaged one fails alone, later. */
  private static Spore anyOf(List<Path> spores) {
    SporeException first = null;
    for (Path spore : spores) {
      try {
        return Spore.open(spore);
      } catch (SporeException e) {
        first = first == null ? e : first;
      }
    }
    throw first == null ? new IllegalArgumentException("no children") : first;
  }
}
