package dev.spore.vmm.boot;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A regular file, read by offset. It is never mapped: a file that shrinks under a reader is a short
 * read here, and would be a SIGBUS there.
 */
final class FileSource implements ByteSource {
  private final String name;
  private final FileChannel channel;
  private final long sizeBytes;

  private FileSource(String name, FileChannel channel, long sizeBytes) {
    this.name = name;
    this.channel = channel;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Opens {@code file}.
   *
   * @param role what the file is for, as messages say it: {@code kernel}, {@code initrd}
   * @throws SporeException object.not_found, or object.invalid when it is empty, not a regular file
   *     or may not be read
   */
  static FileSource open(String role, Path file) {
    String name = role + " " + file;
    if (!Files.exists(file)) {
      throw new SporeException(
          ErrorCode.OBJECT_NOT_FOUND, name + ": there is no such file; check the path");
    }
    // Before opening: a FIFO would block the open until somebody writes to it.
    if (!Files.isRegularFile(file)) {
      throw BootError.invalid(name, "is not a regular file", "name a file");
    }
    try {
      return checked(name, FileChannel.open(file, StandardOpenOption.READ));
    } catch (AccessDeniedException e) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          name + ": may not be read; grant read permission to the user that starts the guest",
          e);
    } catch (IOException e) {
      throw BootError.damaged(name, "cannot be opened", e);
    }
  }

  private static FileSource checked(String name, FileChannel channel) throws IOException {
    long sizeBytes = channel.size();
    if (sizeBytes == 0) {
      channel.close();
      throw BootError.damaged(name, "is empty");
    }
    return new FileSource(name, channel, sizeBytes);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    long at = offset;
    try {
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw BootError.damaged(name, "ended at byte %d while it was read".formatted(at));
        }
        at += count;
      }
    } catch (IOException e) {
      throw BootError.damaged(name, "cannot be read at byte %d".formatted(at), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": closing failed", e);
    }
  }
}
