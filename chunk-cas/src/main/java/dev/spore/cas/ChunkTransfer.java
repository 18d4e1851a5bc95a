package dev.spore.cas;

import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/** Brings a chunk's file from one store to another by the cheapest means there is. */
final class ChunkTransfer {
  /** From the cheapest. */
  enum Means {
    /** Another name of the same file: where both are on one file system, and links are allowed. */
    LINK,
    /** Another file with the same storage (reflink): btrfs, XFS. */
    CLONE,
    COPY
  }

  private ChunkTransfer() {}

  /**
   * Makes {@code target} hold the chunk that {@code source} holds; a clone and a copy are proven, a
   * link is not read.
   *
   * @return how
   */
  static Means bring(ChunkId id, Path source, int lengthBytes, Path target) {
    try (HostFile from = ChunkFiles.open(id, source, lengthBytes)) {
      if (link(id, source, from, target)) {
        return Means.LINK;
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocate(lengthBytes);
        ChunkFiles.read(id, source, bytes);
        if (cloneFile(id, from, target)) {
          // What was proven may not be what was cloned a moment later.
          ChunkFiles.read(id, target, bytes);
          return Means.CLONE;
        }
        ChunkFiles.write(id, target, bytes);
        return Means.COPY;
      }
    }
  }

  /** Whether {@code target} is now a name of the open file. */
  private static boolean link(ChunkId id, Path source, HostFile from, Path target) {
    try {
      Files.createLink(target, source);
    } catch (FileSystemException | UnsupportedOperationException e) {
      // Another file system, too many links, somebody else's file: the next means will do.
      return false;
    } catch (IOException e) {
      throw ChunkException.io(id, target, "link chunk file", e);
    }
    try {
      // The name may have come to mean another file since that was opened.
      if (Objects.equals(key(target, LinkOption.NOFOLLOW_LINKS), key(from.alias()))) {
        return true;
      }
    } catch (IOException e) {
      throw ChunkException.io(id, target, "look at chunk file", e);
    }
    throw ChunkException.corrupt(id, source);
  }

  private static Object key(Path file, LinkOption... options) throws IOException {
    return Objects.requireNonNull(
        Files.readAttributes(file, BasicFileAttributes.class, options).fileKey());
  }

  /** Whether {@code target} now shares the open file's storage; if not, there is no such file. */
  private static boolean cloneFile(ChunkId id, HostFile from, Path target) {
    try {
      Files.createFile(target, ChunkFiles.FILE_MODE);
      try (HostFile to = HostFile.open(target, true)) {
        if (to.cloneOf(from)) {
          return true;
        }
      }
    } catch (IOException | KvmException e) {
      throw ChunkException.io(id, target, "write chunk file", e);
    }
    ChunkFiles.delete(target);
    return false;
  }
}
