package dev.spore.vmm.snapshot;

import dev.spore.kvm.Errno;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Directories of spores that are not there yet, or not any more: {@code .NAME.PID-N.partial} beside
 * {@code NAME}. Whoever works on one holds a lock on it (flock(2)), which ends with its process;
 * one that can be locked is left over from a kill.
 */
public final class Leftovers {
  private static final AtomicLong NUMBER = new AtomicLong();
  private static final Pattern HIDDEN = Pattern.compile("\\.(.+)\\.[0-9]+-[0-9]+\\.partial");

  private Leftovers() {}

  /** A name no other attempt has. */
  static String hiddenName(String name) {
    return ".%s.%d-%d.partial"
        .formatted(name, ProcessHandle.current().pid(), NUMBER.incrementAndGet());
  }

  /**
   * Says that {@code directory}, just made, is in use, until the result is closed; empty if it was
   * taken for a leftover before that.
   *
   * @throws KvmException if it cannot be opened
   */
  static Optional<HostFile> hold(Path directory) {
    HostFile file;
    try {
      file = HostFile.open(directory, false);
    } catch (KvmException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
    if (isLocked(file) && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(file);
    }
    file.close();
    return Optional.empty();
  }

  /** True also on a file system without locks, where nobody can take it for a leftover. */
  private static boolean isLocked(HostFile file) {
    try {
      return file.tryLock(true);
    } catch (KvmException e) {
      log().log(System.Logger.Level.DEBUG, "directories here cannot be locked", e);
      return true;
    }
  }

  /**
   * Deletes {@code spore} so that it disappears at once, whatever happens meanwhile.
   *
   * @throws IOException naming what cannot be deleted
   */
  public static void remove(Path spore) throws IOException {
    Path hidden = spore.resolveSibling(hiddenName(String.valueOf(spore.getFileName())));
    try (HostFile file = HostFile.open(spore, false)) {
      isLocked(file);
      Files.move(spore, hidden, StandardCopyOption.ATOMIC_MOVE);
      Directories.delete(hidden);
    } catch (KvmException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Deletes what killed processes have left of spores in {@code parent}. What cannot be deleted
   * stays; it does no harm but to take room.
   */
  public static void delete(Path parent) {
    delete(parent, name -> true);
  }

  /** As {@link #delete(Path)}, of the spore {@code name} alone. */
  static void delete(Path parent, String name) {
    delete(parent, name::equals);
  }

  private static void delete(Path parent, Predicate<String> wanted) {
    try (DirectoryStream<Path> hidden = Files.newDirectoryStream(parent, ".*.partial")) {
      for (Path directory : hidden) {
        Matcher name = HIDDEN.matcher(String.valueOf(directory.getFileName()));
        if (name.matches()
            && wanted.test(name.group(1))
            && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
          deleteUnlessInUse(directory);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      log().log(System.Logger.Level.DEBUG, "cannot look for leftovers in " + parent, e);
    }
  }

  private static void deleteUnlessInUse(Path directory) {
    try (HostFile file = HostFile.open(directory, false)) {
      if (file.tryLock(true)) {
        Directories.delete(directory);
      }
    } catch (IOException | KvmException e) {
      log().log(System.Logger.Level.DEBUG, "the leftover %s stays".formatted(directory), e);
    }
  }

  /** Looked up when there is something to say: the first logger of a program costs it 20 ms. */
  private static System.Logger log() {
    return System.getLogger(Leftovers.class.getName());
  }
}
