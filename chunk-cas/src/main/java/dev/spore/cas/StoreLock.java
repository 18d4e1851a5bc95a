package dev.spore.cas;

import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The lock between those who add to a store and the one who sweeps it: flock(2) on a file, which
 * the kernel ends with the process that holds it. It says nothing to readers.
 */
final class StoreLock implements AutoCloseable {
  private static final String NAME = "lock";

  private final HostFile file;

  private StoreLock(HostFile file) {
    this.file = file;
  }

  /**
   * Held together with other adders; waits for a sweep to end.
   *
   * @throws ChunkException BUSY if that takes longer than {@link CasLimits#SWEEP_WAIT_MAX}
   */
  static StoreLock shared(Path root) {
    HostFile file = open(root);
    boolean locked = false;
    try {
      locked = await(file);
    } finally {
      if (!locked) {
        file.close();
      }
    }
    if (!locked) {
      throw ChunkException.busy(root, "a sweep");
    }
    return new StoreLock(file);
  }

  /** Whether the lock was had in time and without an interrupt. */
  private static boolean await(HostFile file) {
    long deadline = System.nanoTime() + CasLimits.SWEEP_WAIT_MAX.toNanos();
    try {
      while (!file.tryLock(false)) {
        if (System.nanoTime() > deadline) {
          return false;
        }
        Thread.sleep(CasLimits.LOCK_POLL);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Held alone; empty if somebody is adding or sweeping. */
  static Optional<StoreLock> exclusive(Path root) {
    HostFile file = open(root);
    if (file.tryLock(true)) {
      return Optional.of(new StoreLock(file));
    }
    file.close();
    return Optional.empty();
  }

  private static HostFile open(Path root) {
    Path path = root.resolve(NAME);
    try {
      if (Files.notExists(path)) {
        Files.createFile(path, ChunkFiles.FILE_MODE);
      }
    } catch (FileAlreadyExistsException e) {
      // Another process was as quick; theirs is as good.
      return reopen(path);
    } catch (IOException e) {
      throw ChunkException.io(null, path, "create lock", e);
    }
    return reopen(path);
  }

  private static HostFile reopen(Path path) {
    try {
      return HostFile.openRegular(path);
    } catch (KvmException e) {
      throw ChunkException.io(null, path, "open lock", e);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
