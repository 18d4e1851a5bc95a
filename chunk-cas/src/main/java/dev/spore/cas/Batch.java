package dev.spore.cas;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Chunks on their way into a store: {@link #put} them from any number of threads, then {@link
 * #commit} once from one, publish what names them, {@link #close}.
 *
 * <p>Before the commit the store has none of them; without it, {@link #close} takes everything
 * back, and after a kill the next sweep does.
 */
public final class Batch implements AutoCloseable {
  /**
   * What a commit did.
   *
   * @param added chunks that were not there before
   * @param addedBytes their length together
   * @param present chunks that were there
   */
  public record Committed(int added, long addedBytes, int present) {}

  private enum State {
    OPEN,
    FAILED,
    COMMITTED,
    CLOSED
  }

  private static final AtomicLong NUMBER = new AtomicLong();

  private final ChunkStore store;
  private final StoreLock lock;
  private final PublishStep.Listener steps;
  private final Path staging;

  /** How often each chunk was added and not withdrawn. Staging happens under its key. */
  private final ConcurrentMap<ChunkId, Integer> uses = new ConcurrentHashMap<>();

  /** Length of each chunk that has a file in {@link #staging}. */
  private final ConcurrentMap<ChunkId, Long> staged = new ConcurrentHashMap<>();

  private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

  /** Takes over {@code lock}. */
  Batch(ChunkStore store, StoreLock lock, PublishStep.Listener steps) {
    this.store = store;
    this.lock = lock;
    this.steps = steps;
    boolean made = false;
    try {
      steps.reached(PublishStep.LOCKED);
      staging = makeStaging(store.staging());
      steps.reached(PublishStep.STAGING_MADE);
      made = true;
    } finally {
      if (!made) {
        lock.close();
      }
    }
  }

  /** A directory nobody else has: the process id is in its name, a number makes it unique. */
  private static Path makeStaging(Path parent) {
    ChunkFiles.makeDirectory(parent);
    while (true) {
      String name = ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
      Path directory = parent.resolve(name);
      try {
        return Files.createDirectory(directory, ChunkFiles.DIRECTORY_MODE);
      } catch (FileAlreadyExistsException e) {
        // Of a killed process with the same id, or of another container: the next number, then.
      } catch (IOException e) {
        throw ChunkException.io(null, directory, "make directory", e);
      }
    }
  }

  /**
   * Adds a chunk unless the store has it. Any thread.
   *
   * @param bytes 1 byte to {@link CasLimits#CHUNK_BYTES_MAX}, which nobody may change meanwhile
   * @return its id; empty, and nothing is stored, if all of it is zero
   * @throws ChunkException IO; the batch can only be closed then
   */
  public Optional<ChunkId> put(MemorySegment bytes) {
    return put(bytes, null);
  }

  /**
   * Like {@link #put(MemorySegment)}, with a store of the same owner that may have the chunk: then
   * it is linked from there as by {@link #link} and costs no disk.
   */
  public Optional<ChunkId> put(MemorySegment bytes, @Nullable ChunkStore other) {
    ChunkStore.checkLength(bytes.byteSize());
    requireOpen();
    if (ZeroTest.isZero(bytes)) {
      return Optional.empty();
    }
    ChunkId id = Blake3.hash(bytes);
    uses.compute(
        id,
        (key, count) -> {
          if (count == null && !ChunkFiles.isPresent(store.path(key), bytes.byteSize())) {
            if (other != null && ChunkFiles.isPresent(other.path(key), bytes.byteSize())) {
              bring(other, key, (int) bytes.byteSize());
            } else {
              stage(key, bytes.byteSize(), target -> ChunkFiles.write(key, target, bytes));
            }
          }
          return count == null ? 1 : count + 1;
        });
    return Optional.of(id);
  }

  /**
   * Adds a chunk another store has, unless this one has it: as a link to the same file; where that
   * cannot be, as a file with the same storage; where that cannot be, as a copy. Any thread.
   *
   * <p>A link is not read: who may write the other store may change the chunk later, which every
   * reader finds out but none can mend. Link between stores of one owner; read from a stranger's,
   * and {@link #put}.
   *
   * @param lengthBytes the chunk's length, 1 to {@link CasLimits#CHUNK_BYTES_MAX}
   * @throws ChunkException MISSING, WRONG_LENGTH, CORRUPT or IO; the batch can only be closed then
   */
  public void link(ChunkStore other, ChunkId id, int lengthBytes) {
    ChunkStore.checkLength(lengthBytes);
    requireOpen();
    uses.compute(
        id,
        (key, count) -> {
          if (count == null && !ChunkFiles.isPresent(store.path(key), lengthBytes)) {
            bring(other, key, lengthBytes);
          }
          return count == null ? 1 : count + 1;
        });
  }

  private void bring(ChunkStore other, ChunkId id, int lengthBytes) {
    Path source = other.path(id);
    stage(id, lengthBytes, target -> ChunkTransfer.bring(id, source, lengthBytes, target));
  }

  /**
   * Takes back one {@link #put} of a chunk: what nobody else has put will not be in the store. A
   * chunk that was there before stays. Any thread.
   *
   * @throws IllegalArgumentException if it was not put
   * @throws ChunkException IO
   */
  public void withdraw(ChunkId id) {
    requireOpen();
    boolean[] known = new boolean[1];
    uses.computeIfPresent(
        id,
        (key, count) -> {
          known[0] = true;
          if (count > 1) {
            return count - 1;
          }
          if (staged.remove(key) != null) {
            ChunkFiles.delete(stagedPath(key));
          }
          return null;
        });
    if (!known[0]) {
      throw new IllegalArgumentException("chunk " + id + " is not in the batch");
    }
  }

  /**
   * Fills {@code target} with the bytes of a chunk of the store or of this batch, proven as by
   * {@link ChunkStore#read}. Any thread; its {@link #put} has returned.
   *
   * @throws ChunkException MISSING, WRONG_LENGTH, CORRUPT or IO
   */
  public void read(ChunkId id, MemorySegment target) {
    requireOpen();
    ChunkStore.checkLength(target.byteSize());
    ChunkFiles.read(id, staged.containsKey(id) ? stagedPath(id) : store.path(id), target);
  }

  private void stage(ChunkId id, long lengthBytes, Consumer<Path> writer) {
    boolean written = false;
    try {
      writer.accept(stagedPath(id));
      steps.reached(PublishStep.STAGED);
      written = true;
    } finally {
      if (!written) {
        state.compareAndSet(State.OPEN, State.FAILED);
      }
    }
    staged.put(id, lengthBytes);
  }

  private Path stagedPath(ChunkId id) {
    return staging.resolve(id.hex());
  }

  /**
   * Gives every chunk its name, durably: first the contents are on the disk, then the names.
   *
   * @throws ChunkException IO; chunks that already have their name keep it, which does no harm: a
   *     sweep takes them away unless somebody names them
   */
  public Committed commit() {
    if (!state.compareAndSet(State.OPEN, State.FAILED)) {
      throw new IllegalStateException("a batch that is " + state.get() + " cannot be committed");
    }
    staged.keySet().parallelStream().forEach(this::sync);
    staged.keySet().parallelStream().forEach(this::publish);
    // Also where the chunk was there before: who put it there may not have come this far.
    uses.keySet().parallelStream().map(store::directory).distinct().forEach(this::syncNames);
    syncNames(store.root());
    state.set(State.COMMITTED);
    removeStaging();
    int added = staged.size();
    long addedBytes = staged.values().stream().mapToLong(Long::longValue).sum();
    return new Committed(added, addedBytes, uses.size() - added);
  }

  private void sync(ChunkId id) {
    ChunkFiles.syncFile(id, stagedPath(id));
    steps.reached(PublishStep.SYNCED);
  }

  private void publish(ChunkId id) {
    if (ChunkFiles.makeDirectory(store.directory(id))) {
      steps.reached(PublishStep.DIRECTORY_MADE);
    }
    Path target = store.path(id);
    try {
      Files.move(stagedPath(id), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw ChunkException.io(id, target, "publish chunk file", e);
    }
    steps.reached(PublishStep.RENAMED);
  }

  private void syncNames(Path directory) {
    ChunkFiles.syncDirectory(directory);
    steps.reached(PublishStep.DIRECTORY_SYNCED);
  }

  private void requireOpen() {
    if (state.get() != State.OPEN) {
      throw new IllegalStateException("the batch is " + state.get());
    }
  }

  private void removeStaging() {
    ChunkFiles.list(staging).forEach(ChunkFiles::delete);
    ChunkFiles.delete(staging);
    steps.reached(PublishStep.STAGING_REMOVED);
  }

  /** Ends the batch; takes back what was not committed. Idempotent. */
  @Override
  public void close() {
    State before = state.getAndSet(State.CLOSED);
    if (before == State.CLOSED) {
      return;
    }
    try (lock) {
      if (before != State.COMMITTED) {
        removeStaging();
      }
    }
  }
}
