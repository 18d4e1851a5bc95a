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
import java.nio.file.Files;
import java.nio.file.Path;
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
   */
  record Found(BackingVerdict verdict, Optional<HostFile> file) {}

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
    try {
      verdict = judge(file, index, memoryBytes);
    } finally {
      if (verdict != BackingVerdict.PROOF_VALID) {
        file.close();
      }
    }
    return verdict == BackingVerdict.PROOF_VALID
        ? new Found(verdict, Optional.of(file))
        : refused(verdict);
  }

  private static Found refused(BackingVerdict verdict) {
    return new Found(verdict, Optional.empty());
  }

  private BackingVerdict judge(HostFile file, ChunkId index, long memoryBytes) {
    if (!file.tryLock(false)) {
      return BackingVerdict.BACKING_UNAVAILABLE;
    }
    FileStatus status = file.status();
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
      BackingBuild.run(image, ram(image.digest()), proof(image.digest()));
    }
  }

  Path ram(ChunkId index) {
    return directory.resolve(index.hex() + ".ram");
  }

  Path proof(ChunkId index) {
    return directory.resolve(index.hex() + ".proof");
  }
}
