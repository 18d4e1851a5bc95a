package dev.spore.vmm.ram;

import dev.spore.kvm.FileStatus;
import dev.spore.kvm.HostFile;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks after a backing that a machine has mapped. Nobody but its owner and root can write to it,
 * and nothing can keep these two from it: what they change, a guest sees in pages it has not
 * written, and where they cut it off, an access fails. So the machine ends when it has happened,
 * with that reason. That the file loses its name, or gets another one, changes nothing.
 *
 * <p>Thread-safe.
 */
final class BackingWatch implements AutoCloseable {
  private final HostFile file;
  private final Path path;
  private final FileStatus proven;
  private final Consumer<SporeException> onFailure;
  private final AtomicReference<@Nullable SporeException> lost = new AtomicReference<>();
  private final Thread thread;

  private BackingWatch(
      HostFile file, Path path, FileStatus proven, Consumer<SporeException> onFailure) {
    this.file = file;
    this.path = path;
    this.proven = proven;
    this.onFailure = onFailure;
    this.thread = Thread.ofVirtual().name("backing-watch").unstarted(this::run);
  }

  /**
   * Begins.
   *
   * @param file closed with the result
   * @param path what to call it
   * @param proven what was true of it when it was proven
   * @param onFailure told, once, when it has changed
   */
  static BackingWatch start(
      HostFile file, Path path, FileStatus proven, Consumer<SporeException> onFailure) {
    BackingWatch watch = new BackingWatch(file, path, proven, onFailure);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (lost().isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(RamLimits.BACKING_WATCH_EVERY.toNanos());
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks now: why the machine's memory is not what it was, if so. */
  Optional<SporeException> lost() {
    SporeException known = lost.get();
    if (known != null) {
      return Optional.of(known);
    }
    FileStatus now = file.status();
    if (now.sizeBytes() == proven.sizeBytes() && now.modifiedNanos() == proven.modifiedNanos()) {
      return Optional.empty();
    }
    SporeException reason =
        new SporeException(
            ErrorCode.CACHE_INTEGRITY_FAILED,
            "guest memory: %s was written to while a machine ran on it; keep others from the cache"
                    .formatted(path)
                + " directory, and start the machine again");
    if (lost.compareAndSet(null, reason)) {
      onFailure.accept(reason);
    }
    return Optional.of(reason);
  }

  /** Ends it. Idempotent. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    file.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
