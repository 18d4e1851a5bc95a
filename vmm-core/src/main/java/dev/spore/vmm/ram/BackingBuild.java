package dev.spore.vmm.ram;

import dev.spore.cas.ChunkId;
import dev.spore.format.hint.BackingProof;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes one backing: whole and on the disk before it has its name, proven after. */
final class BackingBuild {
  private static final Set<StandardOpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private BackingBuild() {}

  /** Writes {@code ram} and its {@code proof}; the caller holds the {@link BackingLock}. */
  static void run(RamImage image, Path ram, Path proof) {
    Path staging = staging(ram);
    try {
      writeChunks(image, staging);
      // Nobody writes it again: not by accident, and not while it is mapped.
      Files.setPosixFilePermissions(staging, PosixFilePermissions.fromString("r--------"));
      rename(staging, ram);
      byte[] key = HostKey.obtain(directory(ram));
      try (HostFile file = HostFile.openRegular(ram)) {
        // Made last: a rename or a change of mode would have moved the times it binds.
        publish(
            proof,
            BackingProof.make(image.digest(), BackingStore.facts(file.status()), key).encode());
      }
    } catch (IOException | UncheckedIOException | KvmException e) {
      throw BackingLock.unavailable(directory(ram), e);
    } finally {
      delete(staging);
    }
  }

  private static void writeChunks(RamImage image, Path staging) throws IOException {
    Files.createFile(staging, BackingLock.FILE_MODE);
    try (RandomAccessFile file = new RandomAccessFile(staging.toFile(), "rw")) {
      file.setLength(image.sizeBytes());
      FileChannel channel = file.getChannel();
      int chunks = Math.toIntExact(image.index().chunks());
      ChunkWork.run(
          chunks,
          () -> {
            MemorySegment buffer = Arena.ofAuto().allocate(RamImage.CHUNK_BYTES, 64);
            return chunk -> writeChunk(image, chunk, buffer, channel);
          });
      channel.force(true);
    }
  }

  private static void writeChunk(
      RamImage image, int chunk, MemorySegment buffer, FileChannel channel) {
    ChunkId id = image.index().id(chunk).orElse(null);
    if (id == null) {
      return;
    }
    image.chunks().read(id, buffer);
    ByteBuffer bytes = buffer.asByteBuffer();
    long start = (long) chunk * RamImage.CHUNK_BYTES;
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, start + bytes.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives {@code path} the content {@code bytes}, all at once. */
  static void publish(Path path, byte[] bytes) throws IOException {
    Path staging = staging(path);
    try {
      try (FileChannel channel = FileChannel.open(staging, CREATE, BackingLock.FILE_MODE)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      rename(staging, path);
    } finally {
      Files.deleteIfExists(staging);
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (HostFile names = HostFile.open(directory(to), false)) {
      names.sync();
    }
  }

  private static Path staging(Path path) {
    return path.resolveSibling(path.getFileName() + BackingLock.STAGING_SUFFIX);
  }

  private static Path directory(Path path) {
    return path.resolveSibling("");
  }

  /** After a failure the first one is what the caller hears; the next build deletes leftovers. */
  private static void delete(Path staging) {
    try {
      Files.deleteIfExists(staging);
    } catch (IOException e) {
      System.getLogger(BackingBuild.class.getName())
          .log(System.Logger.Level.WARNING, "cannot delete " + staging, e);
    }
  }
}
