package dev.spore.vmm.snapshot;

import dev.spore.cas.ChunkStore;
import dev.spore.format.SporeId;
import dev.spore.format.hint.WorkingSet;
import dev.spore.format.manifest.DiskImage;
import dev.spore.kvm.Errno;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A spore on its way to its place: a directory beside it, renamed when everything in it is on the
 * disk. Closed without {@link #publish} it disappears; a kill leaves a hidden directory that
 * nothing refers to, see {@link Leftovers}. One thread.
 */
public final class SporeStaging implements AutoCloseable {
  /** A spore holds a machine's memory: the owner's business alone. */
  static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path target;
  private final Path staging;

  /** Says to others that {@link #staging} is no leftover. */
  private final HostFile lock;

  private boolean placed;
  private boolean published;

  private SporeStaging(Path target, Path staging, HostFile lock) {
    this.target = target;
    this.staging = staging;
    this.lock = lock;
  }

  /**
   * Begins a spore that will be {@code target}, and deletes what killed attempts at it have left.
   *
   * @throws SporeException usage.invalid_argument if something is there already or nothing can be
   *     made there
   */
  public static SporeStaging begin(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      throw refused(target, "names no directory that could be made");
    }
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(target, "exists; name another directory, or remove it first");
    }
    if (!Files.isDirectory(parent)) {
      throw refused(target, "lies in no existing directory; make %s first".formatted(parent));
    }
    Leftovers.delete(parent, name.toString());
    return made(absolute, parent, name.toString());
  }

  private static SporeStaging made(Path target, Path parent, String name) {
    while (true) {
      Path staging = parent.resolve(Leftovers.hiddenName(name));
      try {
        Files.createDirectory(staging, DIRECTORY_MODE);
        Optional<HostFile> lock = Leftovers.hold(staging);
        if (lock.isPresent()) {
          return new SporeStaging(target, staging, lock.get());
        }
        // Somebody looked for leftovers in between, and took it for one.
      } catch (IOException e) {
        throw failed("make", staging, e);
      } catch (KvmException e) {
        throw failed("open", staging, e);
      }
    }
  }

  /** Where the chunks go. */
  public ChunkStore chunks() {
    return ChunkStore.create(staging.resolve(Spore.CHUNKS));
  }

  /** Adds the index of a disk that the manifest will name. */
  public void addDiskIndex(String disk, byte[] index) {
    if (index.length > 0) {
      write(staging.resolve(DiskImage.indexFile(disk)), index);
    }
  }

  /** Adds what is worth reading first. */
  public void addWorkingSet(WorkingSet set) {
    write(SporeFile.WORKING_SET.in(staging), set.encode());
  }

  /**
   * Writes the rest and gives the spore its place, durably. The chunks have been committed.
   *
   * @param index the memory index
   * @param manifest names {@code index}
   * @throws SporeException cache.unavailable if the host cannot; nothing has appeared then
   */
  public SporeId publish(byte[] index, byte[] manifest) {
    SporeId id = SporeId.of(manifest);
    write(SporeFile.INDEX.in(staging), index);
    write(SporeFile.MANIFEST.in(staging), manifest);
    write(SporeFile.ID.in(staging), Spore.idFile(id));
    syncDirectory(staging);
    place();
    return id;
  }

  /** Where it is until it is published. */
  Path directory() {
    return staging;
  }

  /** Gives the directory, which is on the disk with all that is in it, its name. */
  void place() {
    try {
      // Fails if anything but an empty directory has come there meanwhile.
      Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failed("give its name to", staging, e);
    }
    placed = true;
    syncDirectory(target.resolveSibling(""));
    published = true;
  }

  private static void write(Path file, byte[] bytes) {
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE_MODE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  static void syncDirectory(Path directory) {
    try (HostFile names = HostFile.open(directory, false)) {
      names.sync();
    } catch (KvmException e) {
      throw failed("sync", directory, e);
    }
  }

  /** Takes everything back unless it was published. Idempotent. */
  @Override
  public void close() {
    try (lock) {
      if (placed && !published) {
        // It has its name, but nobody can say for how long.
        withdraw();
      }
      if (!published && Files.exists(staging)) {
        Directories.delete(staging);
      }
    } catch (IOException e) {
      throw failed("remove", staging, e);
    }
  }

  private void withdraw() throws IOException {
    placed = false;
    try {
      Files.move(target, staging, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      // Even a name can need room that is not there.
      Directories.delete(target);
    }
  }

  private static SporeException refused(Path target, String what) {
    return new SporeException(
        ErrorCode.USAGE_INVALID_ARGUMENT, "spore directory %s %s".formatted(target, what));
  }

  static SporeException failed(String doing, Path file, IOException cause) {
    return failed(doing, file, String.valueOf(cause.getMessage()), cause);
  }

  static SporeException failed(String doing, Path file, KvmException cause) {
    return failed(doing, file, Errno.describe(cause.errno()), cause);
  }

  private static SporeException failed(String doing, Path file, String why, Exception cause) {
    return new SporeException(
        ErrorCode.CACHE_UNAVAILABLE,
        "cannot %s %s: %s; make room on its file system, or see to its permissions, and try again"
            .formatted(doing, file, why),
        cause);
  }
}
