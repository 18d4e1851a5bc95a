package dev.spore.vmm;

import dev.spore.cas.ChunkException;
import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.manifest.DiskImage;
import dev.spore.kvm.HostFile;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes the disk of a saved machine again, as a sparse file that only this process has. */
final class SavedDisk {
  private SavedDisk() {}

  /**
   * Copies the disk out of the spore, every chunk proven.
   *
   * @throws SporeException object.invalid naming what is damaged, cache.unavailable if the copy
   *     cannot be written
   */
  static DiskFile open(Spore spore, DiskImage image, Path scratch) {
    DiskIndex index = index(spore, image);
    Closeables opened = new Closeables();
    boolean done = false;
    try {
      HostFile file = opened.add(nameless(scratch));
      FileChannel channel =
          opened.add(
              FileChannel.open(file.alias(), StandardOpenOption.READ, StandardOpenOption.WRITE));
      fill(spore, index, channel);
      done = true;
      return DiskFile.of(file, channel, image.readOnly());
    } catch (ChunkException e) {
      throw Spore.unusable(e);
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.CACHE_UNAVAILABLE,
          "the spore's %s cannot be copied to %s (%s); make room there"
              .formatted(image.name(), scratch, e.getMessage()),
          e);
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  private static DiskIndex index(Spore spore, DiskImage image) {
    byte[] bytes = spore.readDiskIndex(image);
    try {
      return image.openIndex(MemorySegment.ofArray(bytes));
    } catch (FormatException e) {
      throw refused(spore, image.indexFile(), String.valueOf(e.getMessage()));
    }
  }

  private static SporeException refused(Spore spore, String name, String what) {
    return new SporeException(
        ErrorCode.OBJECT_INVALID,
        "spore file %s: %s; take it from a copy, or save the machine again"
            .formatted(spore.directory().resolve(name), what));
  }

  /** A file without a name: whatever becomes of this process, its storage is freed. */
  private static HostFile nameless(Path scratch) throws IOException {
    Files.createDirectories(scratch);
    Path file =
        Files.createTempFile(
            scratch,
            "disk-",
            ".img",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      return HostFile.open(file, true);
    } finally {
      Files.delete(file);
    }
  }

  private static void fill(Spore spore, DiskIndex index, FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(DiskIndex.CHUNK_BYTES);
    long size = index.diskBytes();
    for (long run = 0; run < index.runs(); run++) {
      long first = index.runStart(run);
      for (long chunk = first; chunk < first + index.runLength(run); chunk++) {
        long offset = chunk * DiskIndex.CHUNK_BYTES;
        buffer.clear().limit((int) Math.min(DiskIndex.CHUNK_BYTES, size - offset));
        ChunkId id = index.id(chunk).orElseThrow();
        spore.chunks().read(id, MemorySegment.ofBuffer(buffer));
        for (long at = offset; buffer.hasRemaining(); ) {
          at += channel.write(buffer, at);
        }
      }
    }
    if (channel.size() < size) {
      // A hole to the end: what is not written reads as zero.
      channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
    }
  }
}
