package dev.spore.vmm.ram;

import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Held by the one who writes to a directory of backings: flock(2), which the kernel ends with the
 * process.
 */
final class BackingLock implements AutoCloseable {
  static final String STAGING_SUFFIX = ".staging";

  static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path directory;
  private final HostFile file;

  private BackingLock(Path directory, HostFile file) {
    this.directory = directory;
    this.file = file;
  }

  /**
   * Makes the directory if there is none, and waits for whoever writes to it.
   *
   * @throws SporeException cache.unavailable, or operation.canceled when interrupted
   */
  static BackingLock exclusive(Path directory) {
    HostFile file = open(directory);
    boolean locked = false;
    try {
      locked = await(file);
    } finally {
      if (!locked) {
        file.close();
      }
    }
    if (!locked) {
      throw new SporeException(
          ErrorCode.CACHE_UNAVAILABLE,
          "cache directory %s is being written by another process; try again when that has ended"
              .formatted(directory));
    }
    return new BackingLock(directory, file);
  }

  private static HostFile open(Path directory) {
    Path path = directory.resolve("lock");
    try {
      Files.createDirectories(directory, DIRECTORY_MODE);
      if (Files.notExists(path)) {
        Files.createFile(path, FILE_MODE);
      }
    } catch (FileAlreadyExistsException e) {
      // Another process was as quick; theirs is as good.
      return reopen(directory, path);
    } catch (IOException e) {
      throw unavailable(directory, e);
    }
    return reopen(directory, path);
  }

  private static HostFile reopen(Path directory, Path path) {
    try {
      return HostFile.openRegular(path);
    } catch (KvmException e) {
      throw unavailable(directory, e);
    }
  }

  private static boolean await(HostFile file) {
    long deadline = System.nanoTime() + RamLimits.BUILD_WAIT_MAX.toNanos();
    try {
      while (!file.tryLock(true)) {
        if (System.nanoTime() > deadline) {
          return false;
        }
        Thread.sleep(RamLimits.LOCK_POLL);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SporeException(
          ErrorCode.OPERATION_CANCELED, "waiting for another writer was interrupted", e);
    }
  }

  /** Deletes what a writer that was killed has left. */
  void deleteLeftovers() {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + STAGING_SUFFIX)) {
      for (Path path : left) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw unavailable(directory, e);
    }
  }

  static SporeException unavailable(Path directory, Exception cause) {
    return new SporeException(
        ErrorCode.CACHE_UNAVAILABLE,
        "cache directory %s cannot be written: %s; make room there or see to its permissions"
            .formatted(directory, cause.getMessage()),
        cause);
  }

  @Override
  public void close() {
    file.close();
  }
}
