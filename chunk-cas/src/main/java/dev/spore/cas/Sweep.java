package dev.spore.cas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Walks a store: to count it, or, under its lock, to delete what nobody needs. Looks at names and
 * kinds of files, never into a chunk. What it does not know it leaves alone.
 */
final class Sweep {
  private final ChunkStore store;
  private final PublishStep.Listener steps;
  private long chunks;
  private long bytes;
  private long removed;
  private long removedBytes;

  private Sweep(ChunkStore store, PublishStep.Listener steps) {
    this.store = store;
    this.steps = steps;
  }

  static ChunkStore.Usage count(ChunkStore store) {
    Sweep walk = new Sweep(store, step -> {});
    walk.eachChunk((id, file, size) -> {
      walk.chunks++;
      walk.bytes += size;
    });
    long[] staging = new long[1];
    walk.eachStaged(file -> staging[0] += Math.max(0, walk.regularSize(file)));
    int leases = ChunkFiles.list(Lease.directory(store.root())).size();
    return new ChunkStore.Usage(walk.chunks, walk.bytes, staging[0], leases);
  }

  /** Deletes what is neither marked nor leased; the caller holds the store's lock alone. */
  static ChunkStore.Swept run(
      ChunkStore store, ChunkStore.Marker marker, PublishStep.Listener steps) {
    Sweep sweep = new Sweep(store, steps);
    Set<ChunkId> leased = Lease.held(store.root(), steps);
    Predicate<ChunkId> live = marker.mark();
    sweep.eachStaged(sweep::removeStaged);
    sweep.eachChunk((id, file, size) -> {
      if (live.test(id) || leased.contains(id)) {
        sweep.chunks++;
        sweep.bytes += size;
      } else {
        sweep.remove(file, size);
        steps.reached(PublishStep.CHUNK_REMOVED);
      }
    });
    return new ChunkStore.Swept(sweep.removed, sweep.removedBytes, sweep.chunks, sweep.bytes);
  }

  private void remove(Path file, long size) {
    ChunkFiles.delete(file);
    removed++;
    removedBytes += size;
  }

  private void removeStaged(Path file) {
    if (!ChunkFiles.list(file).isEmpty()) {
      return; // a directory no batch has made
    }
    removedBytes += Math.max(0, regularSize(file));
    ChunkFiles.delete(file);
    steps.reached(PublishStep.STAGING_REMOVED);
  }

  @FunctionalInterface
  private interface ChunkVisitor {
    void visit(ChunkId id, Path file, long sizeBytes);
  }

  private void eachChunk(ChunkVisitor visitor) {
    for (Path directory : ChunkFiles.list(store.root())) {
      for (Path file : ChunkFiles.list(directory)) {
        long size = regularSize(file);
        ChunkId id = idOf(name(directory), name(file)).orElse(null);
        if (id != null && size >= 0) {
          visitor.visit(id, file, size);
        }
      }
    }
  }

  /** Files in the directories of batches, then those directories. */
  private void eachStaged(Consumer<Path> visitor) {
    for (Path batch : ChunkFiles.list(store.staging())) {
      ChunkFiles.list(batch).forEach(visitor);
      visitor.accept(batch);
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** The chunk a file is for; empty if it is none of the store's. */
  static Optional<ChunkId> idOf(String directory, String file) {
    boolean fits =
        directory.length() == ChunkStore.PREFIX_DIGITS
            && file.length() == 2 * ChunkId.BYTES
            && file.startsWith(directory)
            && file.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return fits ? Optional.of(ChunkId.parse(file)) : Optional.empty();
  }

  /** Length of a regular file; -1 if it is none, or has just vanished. */
  private long regularSize(Path file) {
    BasicFileAttributes attributes = attributes(file);
    return attributes != null && attributes.isRegularFile() ? attributes.size() : -1;
  }

  private static @Nullable BasicFileAttributes attributes(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw ChunkException.io(null, file, "look at", e);
    }
  }
}
