package dev.spore.vmm.ram;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.hint.BackingProof;
import dev.spore.format.hint.BackingVerdict;
import dev.spore.format.hint.FileFacts;
import dev.spore.kvm.Errno;
import dev.spore.kvm.FileStatus;
import dev.spore.kvm.Host;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * RAM of spores as flat sparse files, to be mapped by many machines at once: {@code <digest of
 * memory.index>.ram}, each with the proof that it holds what it says. A cache: whatever is wrong
 * with a file, it is not used, and the machine comes up from its chunks.
 *
 * <p>Thread-safe, and safe against other processes. Not against others who write as the same user
 * or as root: they can always change a file after it was looked at.
 */
public final class BackingStore {
  private static final String RAM_SUFFIX = ".ram";
  private static final String CHUNKS_SUFFIX = ".chunks";

  private final Path directory;

  private BackingStore(Path directory) {
    this.directory = directory;
  }

  /** The store in {@code directory}, which is made when something is built. */
  public static BackingStore in(Path directory) {
    return new BackingStore(directory);
  }

  /**
   * What {@link #open} found.
   *
   * @param verdict why, or why not
   * @param file open and locked against {@linkplain HostFile#tryLock replacement in place}; present
   *     if and only if the verdict is valid
   * @param proven what the proof holds for; present as {@code file} is
   */
  record Found(BackingVerdict verdict, Optional<HostFile> file, Optional<FileStatus> proven) {}

  /**
   * Looks for proven RAM: a few system calls, nothing is read of it.
   *
   * @param index digest of the memory index
   * @param memoryBytes RAM it covers
   */
  Found open(ChunkId index, long memoryBytes) {
    HostFile file;
    try {
      file = HostFile.openRegular(ram(index));
    } catch (KvmException e) {
      return refused(
          switch (e.errno()) {
            case Errno.ENOENT -> BackingVerdict.NO_BACKING;
            case Errno.ELOOP, Errno.EINVAL, Errno.ENXIO -> BackingVerdict.BACKING_NOT_REGULAR;
            default -> BackingVerdict.BACKING_UNAVAILABLE;
          });
    }
    BackingVerdict verdict = BackingVerdict.BACKING_UNAVAILABLE;
    FileStatus status;
    try {
      status = file.status();
      verdict = judge(file, status, index, memoryBytes);
    } finally {
      if (verdict != BackingVerdict.PROOF_VALID) {
        file.close();
      }
    }
    if (verdict != BackingVerdict.PROOF_VALID) {
      return refused(verdict);
    }
    markUsed(index);
    return new Found(verdict, Optional.of(file), Optional.of(status));
  }

  private static Found refused(BackingVerdict verdict) {
    return new Found(verdict, Optional.empty(), Optional.empty());
  }

  private BackingVerdict judge(HostFile file, FileStatus status, ChunkId index, long memoryBytes) {
    if (!file.tryLock(false)) {
      return BackingVerdict.BACKING_UNAVAILABLE;
    }
    if (status.sizeBytes() != memoryBytes) {
      return BackingVerdict.BACKING_SIZE_MISMATCH;
    }
    if (status.isWritableByOthers() || status.ownerUid() != Integer.toUnsignedLong(Host.userId())) {
      return BackingVerdict.PROOF_OTHER_FILE;
    }
    byte[] proof;
    try (HostFile proofFile = HostFile.openRegular(proof(index))) {
      proof = readSmall(proofFile);
    } catch (IOException | KvmException e) {
      return BackingVerdict.PROOF_UNAVAILABLE;
    }
    Optional<byte[]> key = HostKey.read(directory);
    if (key.isEmpty()) {
      return BackingVerdict.KEY_UNAVAILABLE;
    }
    try {
      return BackingProof.parse(proof).verify(index, memoryBytes, facts(status), key.get());
    } catch (FormatException e) {
      return BackingVerdict.PROOF_INVALID;
    }
  }

  /**
   * One that is in the store, proven or not.
   *
   * @param index digest of the memory index it belongs to
   * @param sizeBytes its length; holes in it take no room
   * @param lastUsed when a machine last began with it
   * @param inUse by a machine that runs now
   */
  public record Stored(ChunkId index, long sizeBytes, Instant lastUsed, boolean inUse) {}

  /**
   * What is in the store, the one used last first.
   *
   * @throws dev.spore.vmm.SporeException cache.unavailable when the directory cannot be read
   */
  public List<Stored> list() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Stored> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + RAM_SUFFIX)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        String hex = name.substring(0, name.length() - RAM_SUFFIX.length());
        if (hex.matches("[0-9a-f]{64}")) {
          stored(ChunkId.parse(hex)).ifPresent(found::add);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw BackingLock.unavailable(directory, e);
    }
    found.sort(Comparator.comparing(Stored::lastUsed).reversed());
    return found;
  }

  /** Empty if it has gone meanwhile, or is none. */
  private Optional<Stored> stored(ChunkId index) {
    try (HostFile file = HostFile.openRegular(ram(index))) {
      FileStatus status = file.status();
      Instant used = Instant.EPOCH.plusNanos(status.modifiedNanos());
      if (Files.exists(proof(index))) {
        used = Files.getLastModifiedTime(proof(index)).toInstant();
      }
      return Optional.of(new Stored(index, status.sizeBytes(), used, !file.tryLock(true)));
    } catch (IOException | KvmException e) {
      return Optional.empty();
    }
  }

  /**
   * Deletes one, unless a machine runs on it.
   *
   * @return whether it is gone
   * @throws dev.spore.vmm.SporeException cache.unavailable when the directory cannot be written
   */
  public boolean remove(ChunkId index) {
    try (BackingLock lock = BackingLock.exclusive(directory)) {
      lock.deleteLeftovers();
      return removeLocked(index);
    }
  }

  /** The caller holds the {@link BackingLock}. */
  private boolean removeLocked(ChunkId index) {
    try (HostFile file = HostFile.openRegular(ram(index))) {
      if (!file.tryLock(true)) {
        return false;
      }
      // Without its proof the rest is not used: a kill in between does no harm.
      Files.deleteIfExists(proof(index));
      Files.deleteIfExists(ram(index));
      for (Path witness : witnesses(index.hex())) {
        Files.deleteIfExists(witness);
      }
      return true;
    } catch (IOException | KvmException e) {
      throw BackingLock.unavailable(directory, e);
    }
  }

  /** Keeps the store within its bounds: those used longest ago go; the caller holds the lock. */
  private void evict() {
    int kept = 0;
    long bytes = 0;
    for (Stored stored : list()) {
      kept++;
      bytes += stored.sizeBytes();
      boolean fits = kept <= RamLimits.BACKINGS_MAX && bytes <= RamLimits.BACKINGS_BYTES_MAX;
      if (!fits && kept > 1 && !stored.inUse() && removeLocked(stored.index())) {
        kept--;
        bytes -= stored.sizeBytes();
      }
    }
  }

  /**
   * Has every chunk of {@code image} proven, where it matters and unless this host has done that
   * before and nothing has happened to their files since. The caller holds the backing open.
   *
   * @throws dev.spore.vmm.SporeException object.invalid naming a chunk's file that is damaged,
   *     operation.canceled when interrupted
   */
  void requireChunks(RamImage image) {
    if (image.places().isEmpty()) {
      return;
    }
    Optional<Path> witness = witness(image, ChunkWitness.of(image, image.places().get()));
    if (witness.filter(Files::exists).isEmpty()) {
      ChunkWitness.prove(image);
      witness.ifPresent(this::remember);
    }
  }

  /** Of chunks as they were; empty if they could not be told again. */
  private Optional<Path> witness(RamImage image, ChunkWitness chunks) {
    return HostKey.read(directory)
        .flatMap(chunks::name)
        .map(name -> directory.resolve(image.digest().hex() + "." + name + CHUNKS_SUFFIX));
  }

  /** That it is missing costs the next start a look at the chunks, and nothing else. */
  private void remember(Path witness) {
    try {
      Files.createFile(witness, BackingLock.FILE_MODE);
      String name = String.valueOf(witness.getFileName());
      List<Path> all = witnesses(name.substring(0, name.indexOf('.')));
      if (all.size() > RamLimits.WITNESSES_MAX) {
        all.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
        for (Path old : all.subList(0, all.size() - RamLimits.WITNESSES_MAX)) {
          Files.deleteIfExists(old);
        }
      }
    } catch (IOException e) {
      System.getLogger(BackingStore.class.getName())
          .log(System.Logger.Level.DEBUG, "proven chunks are not remembered", e);
    }
  }

  private List<Path> witnesses(String index) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, index + ".*" + CHUNKS_SUFFIX)) {
      files.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  /** A hint for {@link #evict}: that it is missing must not cost a start. */
  private void markUsed(ChunkId index) {
    try {
      Files.setLastModifiedTime(proof(index), FileTime.from(Instant.now()));
    } catch (IOException e) {
      System.getLogger(BackingStore.class.getName())
          .log(System.Logger.Level.DEBUG, "the time of use is not known", e);
    }
  }

  /** A file of at most {@link RamLimits#PROOF_BYTES_MAX} bytes; of a longer one, its beginning. */
  static byte[] readSmall(HostFile file) throws IOException {
    try (InputStream in = Files.newInputStream(file.alias())) {
      return in.readNBytes(RamLimits.PROOF_BYTES_MAX);
    }
  }

  static FileFacts facts(FileStatus status) {
    return new FileFacts(
        status.isRegular(),
        status.device(),
        status.inode(),
        status.sizeBytes(),
        status.ownerUid(),
        status.modifiedNanos(),
        status.changedNanos());
  }

  /**
   * Has the store hold the RAM of {@code image}, proven chunk by chunk; does nothing if it does.
   * One build at a time, of all processes.
   *
   * @throws dev.spore.vmm.SporeException cache.unavailable when the directory cannot be written,
   *     operation.canceled when interrupted, and what reading the chunks throws
   */
  public void build(RamImage image) {
    try (BackingLock lock = BackingLock.exclusive(directory)) {
      Found found = open(image.digest(), image.sizeBytes());
      if (found.file().isPresent()) {
        found.file().get().close();
        return;
      }
      lock.deleteLeftovers();
      // As the files were before they are read: what happens to them later is seen.
      Optional<ChunkWitness> before = image.places().map(places -> ChunkWitness.of(image, places));
      BackingBuild.run(image, ram(image.digest()), proof(image.digest()));
      before.flatMap(chunks -> witness(image, chunks)).ifPresent(this::remember);
      evict();
    }
  }

  Path ram(ChunkId index) {
    return directory.resolve(index.hex() + RAM_SUFFIX);
  }

  Path proof(ChunkId index) {
    return directory.resolve(index.hex() + ".proof");
  }
}
