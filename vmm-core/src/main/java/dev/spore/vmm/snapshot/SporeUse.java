package dev.spore.vmm.snapshot;

import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Says that a spore is in use, so that {@link #remove} leaves it alone: a shared lock of flock(2)
 * on its directory, which ends with the process.
 */
public final class SporeUse implements AutoCloseable {
  private final HostFile directory;

  private SporeUse(HostFile directory) {
    this.directory = directory;
  }

  /** Keeps it from being deleted until the result is closed; empty if it is gone, or going. */
  public static Optional<SporeUse> of(Path spore) {
    HostFile file;
    try {
      file = HostFile.open(spore, false);
    } catch (KvmException e) {
      log().log(System.Logger.Level.DEBUG, "cannot be held", e);
      return Optional.empty();
    }
    if (isFree(file, false)) {
      return Optional.of(new SporeUse(file));
    }
    file.close();
    return Optional.empty();
  }

  /** Whether somebody uses or deletes it now. */
  public static boolean isUsed(Path spore) {
    try (HostFile file = HostFile.open(spore, false)) {
      return !isFree(file, true);
    } catch (KvmException e) {
      log().log(System.Logger.Level.DEBUG, "cannot be looked at", e);
      return false;
    }
  }

  /** True also on a file system without locks: there nobody is kept from anything. */
  private static boolean isFree(HostFile file, boolean exclusive) {
    try {
      return file.tryLock(exclusive);
    } catch (KvmException e) {
      log().log(System.Logger.Level.DEBUG, "directories here cannot be locked", e);
      return true;
    }
  }

  /**
   * Deletes a spore, unless it is in use: renamed first, so that it is gone at once, whatever
   * happens meanwhile.
   *
   * @return whether it was deleted
   * @throws IOException naming what cannot be deleted
   */
  public static boolean remove(Path spore) throws IOException {
    Path aside = spore.resolveSibling(Leftovers.hiddenName(String.valueOf(spore.getFileName())));
    try (HostFile file = HostFile.open(spore, false)) {
      if (!isFree(file, true) || !Files.isSameFile(spore, file.alias())) {
        return false;
      }
      Files.move(spore, aside, StandardCopyOption.ATOMIC_MOVE);
      Directories.delete(aside);
      return true;
    } catch (NoSuchFileException e) {
      log().log(System.Logger.Level.DEBUG, "another process was quicker", e);
      return false;
    } catch (KvmException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    directory.close();
  }

  /** Looked up when there is something to say: the first logger of a program costs it 20 ms. */
  private static System.Logger log() {
    return System.getLogger(SporeUse.class.getName());
  }
}
