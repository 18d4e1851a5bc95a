package dev.spore.vmm;

import dev.spore.virtio.blk.Disk;
import dev.spore.virtio.blk.FileDisk;
import dev.spore.virtio.blk.HolePuncher;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A disk image, open for as long as its machine lives. A writable one is locked: two guests that
 * write to one file system destroy it.
 */
final class DiskFile implements AutoCloseable {
  private static final int SECTOR_BYTES = 512;

  private final FileChannel channel;
  private final Disk disk;

  private DiskFile(FileChannel channel, Disk disk) {
    this.channel = channel;
    this.disk = disk;
  }

  /**
   * Opens and checks an image.
   *
   * @throws SporeException object.not_found or object.invalid, naming the file
   */
  static DiskFile open(DiskSpec spec) {
    Path image = spec.image();
    if (Files.isDirectory(image)) {
      throw invalid(image, "is a directory; name a raw disk image");
    }
    Set<StandardOpenOption> options =
        spec.readOnly()
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileChannel channel;
    try {
      channel = FileChannel.open(image, options);
    } catch (NoSuchFileException e) {
      throw new SporeException(
          ErrorCode.OBJECT_NOT_FOUND,
          "disk image %s does not exist; check the path".formatted(image),
          e);
    } catch (IOException e) {
      throw invalid(image, "cannot be opened (%s); check its permissions".formatted(e));
    }
    boolean done = false;
    try {
      checkSize(image, channel);
      lock(spec, channel);
      DiskFile file =
          new DiskFile(channel, new FileDisk(channel, spec.readOnly(), HolePuncher.NONE));
      done = true;
      return file;
    } catch (IOException e) {
      throw invalid(image, "cannot be read (%s)".formatted(e));
    } finally {
      if (!done) {
        closeQuietly(channel);
      }
    }
  }

  private static void checkSize(Path image, FileChannel channel) throws IOException {
    if (channel.size() == 0 || channel.size() % SECTOR_BYTES != 0) {
      throw invalid(
          image,
          "has %d bytes, which is no whole number of 512-byte sectors; is it a raw disk image?"
              .formatted(channel.size()));
    }
  }

  private static void lock(DiskSpec spec, FileChannel channel) throws IOException {
    boolean locked;
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, spec.readOnly());
      locked = lock != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    }
    if (!locked && !spec.readOnly()) {
      throw invalid(
          spec.image(), "is in use by another machine; stop it, or use the image read-only");
    }
    if (!locked) {
      throw invalid(spec.image(), "is being written by another machine; stop that one first");
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      System.getLogger("dev.spore.vmm").log(System.Logger.Level.DEBUG, "closing a disk image", e);
    }
  }

  private static SporeException invalid(Path image, String what) {
    return new SporeException(ErrorCode.OBJECT_INVALID, "disk image %s %s".formatted(image, what));
  }

  Disk disk() {
    return disk;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
