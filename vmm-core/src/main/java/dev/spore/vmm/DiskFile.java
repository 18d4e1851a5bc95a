package dev.spore.vmm;

import dev.spore.kvm.Errno;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import dev.spore.virtio.blk.Disk;
import dev.spore.virtio.blk.FileDisk;
import dev.spore.vmm.capture.SealableDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A disk image, open for as long as its machine lives. Machines may share an image for reading; a
 * writer has it alone, for two guests that write to one file system destroy it.
 */
final class DiskFile implements AutoCloseable {
  private static final int SECTOR_BYTES = 512;

  /** Type bits of a mode, and the value of a block device (inode(7)). */
  private static final int TYPE_MASK = 0xf000;

  private static final int TYPE_BLOCK = 0x6000;

  private final HostFile file;
  private final FileChannel channel;
  private final SealableDisk disk;

  private DiskFile(HostFile file, FileChannel channel, SealableDisk disk) {
    this.file = file;
    this.channel = channel;
    this.disk = disk;
  }

  /**
   * Opens, checks and locks an image.
   *
   * @throws SporeException object.not_found or object.invalid, naming the file
   */
  static DiskFile open(DiskSpec spec) {
    Path image = spec.image();
    Closeables opened = new Closeables();
    boolean done = false;
    try {
      HostFile file = opened.add(openFile(spec));
      checkKind(image, file.alias());
      lock(spec, file);
      FileChannel channel = opened.add(FileChannel.open(file.alias(), options(spec)));
      checkSize(image, channel);
      DiskFile disk = of(file, channel, spec.readOnly());
      done = true;
      return disk;
    } catch (IOException e) {
      throw invalid(image, "cannot be read (%s)".formatted(e));
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  /** A disk in a file that is open already; closed with the result. */
  static DiskFile of(HostFile file, FileChannel channel, boolean readOnly) throws IOException {
    Disk disk = new FileDisk(channel, readOnly, (offset, length) -> punch(file, offset, length));
    return new DiskFile(file, channel, new SealableDisk(disk));
  }

  private static HostFile openFile(DiskSpec spec) {
    try {
      return HostFile.open(spec.image(), !spec.readOnly());
    } catch (KvmException e) {
      if (e.errno() == Errno.ENOENT) {
        throw new SporeException(
            ErrorCode.OBJECT_NOT_FOUND,
            "disk image %s does not exist; check the path".formatted(spec.image()),
            e);
      }
      throw invalid(
          spec.image(),
          "cannot be opened (%s); check its kind and permissions"
              .formatted(Errno.describe(e.errno())));
    }
  }

  private static Set<StandardOpenOption> options(DiskSpec spec) {
    return spec.readOnly()
        ? Set.of(StandardOpenOption.READ)
        : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Before a channel is opened: opening one on a FIFO would wait for its other end. */
  private static void checkKind(Path image, Path opened) throws IOException {
    int mode = (Integer) Files.getAttribute(opened, "unix:mode");
    if (!Files.isRegularFile(opened) && (mode & TYPE_MASK) != TYPE_BLOCK) {
      throw invalid(image, "is neither a file nor a block device; name a raw disk image");
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

  private static void lock(DiskSpec spec, HostFile file) {
    boolean locked;
    try {
      locked = file.tryLock(!spec.readOnly());
    } catch (KvmException e) {
      throw invalid(
          spec.image(),
          "cannot be locked (%s); copy it to a local file system"
              .formatted(Errno.describe(e.errno())));
    }
    if (!locked && !spec.readOnly()) {
      throw invalid(
          spec.image(), "is in use by another machine; stop it, or use the image read-only");
    }
    if (!locked) {
      throw invalid(spec.image(), "is being written by another machine; stop that one first");
    }
  }

  private static boolean punch(HostFile file, long offsetBytes, long lengthBytes)
      throws IOException {
    try {
      return file.punchHole(offsetBytes, lengthBytes);
    } catch (KvmException e) {
      throw new IOException(e);
    }
  }

  private static SporeException invalid(Path image, String what) {
    return new SporeException(ErrorCode.OBJECT_INVALID, "disk image %s %s".formatted(image, what));
  }

  SealableDisk disk() {
    return disk;
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      file.close();
    }
  }
}
