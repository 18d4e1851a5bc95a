package dev.spore.cas;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A directory of chunks, each in a file named by its id: {@code aa/<64 hexadecimal digits>}, where
 * {@code aa} are the first two. Thread-safe; any number of processes may use one directory.
 *
 * <p>A chunk's file has its whole content, on the disk, before it has its name; a file is never
 * changed. Whoever may write the directory can still put anything there, so every read proves the
 * bytes before it gives them out.
 */
public final class ChunkStore {
  static final int PREFIX_DIGITS = 2;

  /**
   * What lies in a store now.
   *
   * @param chunks how many
   * @param bytes their length together; shared with other stores where they are linked
   * @param stagingBytes of batches that are under way or were killed
   * @param leases of living and of dead processes
   */
  public record Usage(long chunks, long bytes, long stagingBytes, int leases) {}

  /**
   * What a sweep did.
   *
   * @param removed chunks
   * @param removedBytes their length together, and that of what killed batches had left
   * @param kept chunks
   * @param keptBytes their length together
   */
  public record Swept(long removed, long removedBytes, long kept, long keptBytes) {}

  /** Finds what is alive. */
  @FunctionalInterface
  public interface Marker {
    /**
     * Called once, while nobody can add to the store: what it does not name, and no lease holds, is
     * deleted. When it throws, nothing is.
     */
    Predicate<ChunkId> mark();
  }

  private final Path root;

  private ChunkStore(Path root) {
    this.root = root;
  }

  /**
   * The store in an existing directory; nothing is written to it before {@link #batch()}.
   *
   * @throws ChunkException IO if there is no such directory
   */
  public static ChunkStore open(Path root) {
    if (!Files.isDirectory(root)) {
      throw ChunkException.io(
          null, root, "open chunk store", new IOException("there is no such directory"));
    }
    return new ChunkStore(root.toAbsolutePath());
  }

  /**
   * The store in a directory that is made, with those above it, unless it exists.
   *
   * @throws ChunkException IO if it cannot be made
   */
  public static ChunkStore create(Path root) {
    Path absolute = root.toAbsolutePath();
    if (!Files.isDirectory(absolute)) {
      List<Path> missing = new ArrayList<>();
      for (Path at = absolute; at != null && Files.notExists(at); at = at.getParent()) {
        missing.add(at);
      }
      try {
        Files.createDirectories(absolute, ChunkFiles.DIRECTORY_MODE);
      } catch (IOException e) {
        throw ChunkException.io(null, root, "make chunk store", e);
      }
      missing.forEach(made -> ChunkFiles.syncDirectory(made.resolveSibling("")));
    }
    return open(absolute);
  }

  public Path root() {
    return root;
  }

  /** Where the chunk's file is or would be. */
  public Path path(ChunkId id) {
    return directory(id).resolve(id.hex());
  }

  Path directory(ChunkId id) {
    return root.resolve(id.hex().substring(0, PREFIX_DIGITS));
  }

  /** Where batches keep files without a name yet. */
  Path staging() {
    return root.resolve("staging");
  }

  /** Whether there is a regular file for the chunk; it is not read. */
  public boolean contains(ChunkId id) {
    return Files.isRegularFile(path(id), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether there is a regular file of that length for the chunk; it is not read. */
  public boolean contains(ChunkId id, long lengthBytes) {
    return ChunkFiles.isPresent(path(id), lengthBytes);
  }

  /**
   * Fills {@code target} with the chunk's bytes, proven.
   *
   * <p>Until this returns, {@code target} holds bytes that are not proven: nobody else may look at
   * it, a running guest least of all. It is all zeroes when this throws.
   *
   * @param target exactly as long as the chunk: 1 byte to {@link CasLimits#CHUNK_BYTES_MAX}
   * @throws ChunkException MISSING, WRONG_LENGTH, CORRUPT or IO
   */
  public void read(ChunkId id, MemorySegment target) {
    checkLength(target.byteSize());
    ChunkFiles.read(id, path(id), target);
  }

  /**
   * Begins to add chunks. While the batch is open, no sweep can begin: close it only when what
   * names the chunks is published.
   *
   * @throws ChunkException BUSY if a sweep takes too long, IO
   */
  public Batch batch() {
    return batch(NOBODY);
  }

  private static final PublishStep.Listener NOBODY = step -> {};

  Batch batch(PublishStep.Listener steps) {
    return new Batch(this, StoreLock.shared(root), steps);
  }

  /**
   * Keeps sweeps from {@code ids} until the lease is closed or this process ends. Whether the
   * chunks are there is not looked at; when a sweep was faster, they are not.
   *
   * @throws ChunkException BUSY if a sweep takes too long, IO
   */
  public Lease lease(Collection<ChunkId> ids) {
    return lease(ids, NOBODY);
  }

  Lease lease(Collection<ChunkId> ids, PublishStep.Listener steps) {
    return Lease.take(root, ids, steps);
  }

  /** Counts what is there; what others add or delete meanwhile may be missed. */
  public Usage usage() {
    return Sweep.count(this);
  }

  /**
   * Deletes every chunk that {@code marker} does not name and no lease holds, and what killed
   * batches and dead leases have left.
   *
   * @return empty, and nothing is deleted, if a batch is open or another sweep is under way
   * @throws ChunkException IO; CORRUPT for a lease that cannot be understood
   */
  public Optional<Swept> sweep(Marker marker) {
    return sweep(marker, NOBODY);
  }

  Optional<Swept> sweep(Marker marker, PublishStep.Listener steps) {
    Optional<StoreLock> lock = StoreLock.exclusive(root);
    if (lock.isEmpty()) {
      return Optional.empty();
    }
    try {
      steps.reached(PublishStep.LOCKED);
      return Optional.of(Sweep.run(this, marker, steps));
    } finally {
      lock.get().close();
    }
  }

  static void checkLength(long lengthBytes) {
    if (lengthBytes < 1 || lengthBytes > CasLimits.CHUNK_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a chunk has 1 to %d bytes, not %d".formatted(CasLimits.CHUNK_BYTES_MAX, lengthBytes));
    }
  }
}
