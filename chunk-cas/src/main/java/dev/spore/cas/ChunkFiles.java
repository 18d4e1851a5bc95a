package dev.spore.cas;

import dev.spore.kvm.Errno;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Single chunk files: never follows a symbolic link, never blocks on what is no regular file. */
final class ChunkFiles {
  /** Chunks are the memory of machines: the owner's business alone. */
  static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final Set<StandardOpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private ChunkFiles() {}

  /** Whether there is a regular file of that length; what it holds is not looked at. */
  static boolean isPresent(Path file, long lengthBytes) {
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return found.isRegularFile() && found.size() == lengthBytes;
    } catch (IOException e) {
      // Not there; or not to be seen, which the attempt to write it will say better.
      return false;
    }
  }

  /**
   * Opens a chunk's file for reading.
   *
   * @param lengthBytes what it must have
   */
  static HostFile open(ChunkId id, Path file, long lengthBytes) {
    if (Files.isSymbolicLink(file.getParent())) {
      throw ChunkException.linkedDirectory(id, file);
    }
    HostFile opened;
    try {
      opened = HostFile.openRegular(file);
    } catch (KvmException e) {
      throw switch (e.errno()) {
        case Errno.ENOENT -> ChunkException.missing(id, file);
        case Errno.ELOOP, Errno.EINVAL, Errno.ENXIO -> ChunkException.notRegular(id, file);
        default -> ChunkException.io(id, file, "open chunk file", e);
      };
    }
    long size = opened.sizeBytes();
    if (size != lengthBytes) {
      opened.close();
      throw ChunkException.wrongLength(id, file, size, lengthBytes);
    }
    return opened;
  }

  /**
   * Fills {@code target} with the chunk and proves it; zeroes it and throws if that fails.
   *
   * <p>Read into memory of our own and then hashed, never mapped: a mapped file could be changed
   * after it was proven.
   */
  static void read(ChunkId id, Path file, MemorySegment target) {
    boolean proven = false;
    try {
      try (HostFile opened = open(id, file, target.byteSize())) {
        fill(id, file, opened, target);
      }
      if (!Blake3.hash(target).equals(id)) {
        throw ChunkException.corrupt(id, file);
      }
      proven = true;
    } finally {
      if (!proven) {
        target.fill((byte) 0);
      }
    }
  }

  private static void fill(ChunkId id, Path file, HostFile opened, MemorySegment target) {
    // A channel, for it keeps the memory's arena open while the kernel writes there.
    ByteBuffer buffer = target.asByteBuffer();
    try (FileChannel channel = FileChannel.open(opened.alias(), StandardOpenOption.READ)) {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, buffer.position()) < 0) {
          throw ChunkException.wrongLength(id, file, buffer.position(), buffer.capacity());
        }
      }
    } catch (IOException e) {
      throw ChunkException.io(id, file, "read chunk file", e);
    }
  }

  /** Creates {@code file} with {@code bytes} and has the kernel start writing it to the disk. */
  static void write(ChunkId id, Path file, MemorySegment bytes) {
    ByteBuffer buffer = bytes.asByteBuffer();
    try (FileChannel channel = FileChannel.open(file, CREATE, FILE_MODE)) {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw ChunkException.io(id, file, "write chunk file", e);
    }
    try (HostFile written = HostFile.openRegular(file)) {
      written.startWriteback();
    } catch (KvmException e) {
      throw ChunkException.io(id, file, "write chunk file", e);
    }
  }

  /** Takes a file away that has no name in a store. */
  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw ChunkException.io(null, file, "remove", e);
    }
  }

  /** Waits until the file's content is on the disk. */
  static void syncFile(ChunkId id, Path file) {
    try (HostFile written = HostFile.openRegular(file)) {
      written.syncData();
    } catch (KvmException e) {
      throw ChunkException.io(id, file, "sync chunk file", e);
    }
  }

  /** Waits until the names in {@code directory} are on the disk. */
  static void syncDirectory(Path directory) {
    try (HostFile names = HostFile.open(directory, false)) {
      names.sync();
    } catch (KvmException e) {
      throw ChunkException.io(null, directory, "sync directory", e);
    }
  }

  /**
   * Makes a directory unless there is one.
   *
   * @return whether it was made
   */
  static boolean makeDirectory(Path directory) {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      Files.createDirectory(directory, DIRECTORY_MODE);
      return true;
    } catch (IOException e) {
      if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      throw ChunkException.io(null, directory, "make directory", e);
    }
  }

  /**
   * What is in a directory, in no order; nothing if there is none. A symbolic link to a directory
   * counts as none.
   */
  static List<Path> list(Path directory) {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(found::add);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException | IOException e) {
      throw ChunkException.io(null, directory, "list", e);
    }
    return found;
  }
}
