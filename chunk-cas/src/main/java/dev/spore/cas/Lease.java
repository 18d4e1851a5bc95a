package dev.spore.cas;

import dev.spore.kvm.Errno;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Chunks no sweep takes away, whatever becomes of the spore that names them: a machine holds one
 * while it may still read from the store. It ends with {@link #close()} or with the process.
 *
 * <p>It is a file with the ids, one behind the other, under a lock of flock(2): the kernel drops
 * the lock when the process dies, and a file nobody has locked counts for nothing. It is made while
 * the store's lock is held with others, so that no sweep sees it without its lock.
 */
public final class Lease implements AutoCloseable {
  private static final AtomicLong NUMBER = new AtomicLong();

  private final Path path;
  private final HostFile file;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Lease(Path path, HostFile file) {
    this.path = path;
    this.file = file;
  }

  static Path directory(Path root) {
    return root.resolve("leases");
  }

  static Lease take(Path root, Collection<ChunkId> ids, PublishStep.Listener steps) {
    if (ids.size() > CasLimits.LEASE_CHUNKS_MAX) {
      throw new IllegalArgumentException("a lease of " + ids.size() + " chunks");
    }
    ByteBuffer content = ByteBuffer.allocate(ids.size() * ChunkId.BYTES);
    ids.forEach(id -> content.put(id.toBytes()));
    StoreLock lock = StoreLock.shared(root);
    try {
      steps.reached(PublishStep.LOCKED);
      ChunkFiles.makeDirectory(directory(root));
      Path path = create(directory(root), content.array());
      steps.reached(PublishStep.LEASE_WRITTEN);
      Lease lease = new Lease(path, hold(path));
      steps.reached(PublishStep.LEASE_HELD);
      return lease;
    } finally {
      lock.close();
    }
  }

  private static Path create(Path directory, byte[] content) {
    while (true) {
      String name = ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
      Path path = directory.resolve(name);
      try {
        Files.createFile(path, ChunkFiles.FILE_MODE);
        Files.write(path, content, StandardOpenOption.WRITE);
        return path;
      } catch (FileAlreadyExistsException e) {
        // Of another container with the same process id, or of a dead one: the next number, then.
      } catch (IOException e) {
        throw ChunkException.io(null, path, "write lease", e);
      }
    }
  }

  private static HostFile hold(Path path) {
    try {
      HostFile file = HostFile.openRegular(path);
      if (file.tryLock(true)) {
        return file;
      }
      file.close();
    } catch (KvmException e) {
      throw ChunkException.io(null, path, "lock lease", e);
    }
    throw ChunkException.busy(path, "another process");
  }

  /**
   * The chunks of all leases of living processes; deletes the other leases. The caller holds the
   * store's lock alone.
   *
   * @throws ChunkException CORRUPT if a living process's lease is not a list of ids
   */
  static Set<ChunkId> held(Path root, PublishStep.Listener steps) {
    Set<ChunkId> held = new HashSet<>();
    for (Path path : ChunkFiles.list(directory(root))) {
      try (HostFile file = HostFile.openRegular(path)) {
        if (file.tryLock(true)) {
          ChunkFiles.delete(path);
          steps.reached(PublishStep.LEASE_REMOVED);
        } else {
          held.addAll(read(path, file));
        }
      } catch (KvmException e) {
        boolean gone = e.errno() == Errno.ENOENT; // its holder needs no lock to let go of it
        boolean foreign = e.errno() == Errno.EINVAL || e.errno() == Errno.ELOOP;
        if (!gone && !foreign) {
          throw ChunkException.io(null, path, "open lease", e);
        }
      }
    }
    return held;
  }

  private static Set<ChunkId> read(Path path, HostFile file) {
    if (file.sizeBytes() > (long) CasLimits.LEASE_CHUNKS_MAX * ChunkId.BYTES) {
      throw ChunkException.badLease(path);
    }
    try {
      return parse(Files.readAllBytes(file.alias()))
          .orElseThrow(() -> ChunkException.badLease(path));
    } catch (IOException e) {
      throw ChunkException.io(null, path, "read lease", e);
    }
  }

  /** The ids in a lease's file; empty if it is no list of ids. */
  static Optional<Set<ChunkId>> parse(byte[] content) {
    if (content.length % ChunkId.BYTES != 0) {
      return Optional.empty();
    }
    Set<ChunkId> ids = new HashSet<>();
    ByteBuffer from = ByteBuffer.wrap(content);
    byte[] id = new byte[ChunkId.BYTES];
    while (from.hasRemaining()) {
      from.get(id);
      ids.add(ChunkId.of(id));
    }
    return Optional.of(ids);
  }

  /** Lets the chunks go. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try (file) {
        ChunkFiles.delete(path);
      }
    }
  }
}
