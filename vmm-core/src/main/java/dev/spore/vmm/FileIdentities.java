package dev.spore.vmm;

import dev.spore.cas.Blake3;
import dev.spore.cas.Blake3Hasher;
import dev.spore.format.manifest.FileIdentity;
import dev.spore.vmm.boot.CpioArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Says what a file is by its content. */
final class FileIdentities {
  private static final int PIECE_BYTES = 1 << 20;

  private FileIdentities() {}

  /**
   * The program that the kernel starts from an initrd; empty if we cannot tell.
   *
   * @throws SporeException object.* if the file cannot be read
   */
  static Optional<FileIdentity> ofInit(Path initrd) {
    return CpioArchive.find(initrd, "init")
        .map(init -> of(initrd, init.offsetBytes(), init.sizeBytes()));
  }

  /**
   * Reads all of {@code file}.
   *
   * @throws SporeException object.invalid if it cannot be read
   */
  static FileIdentity of(Path file) {
    return of(file, 0, Long.MAX_VALUE);
  }

  /** Reads a part of {@code file}, or what there is of it. */
  private static FileIdentity of(Path file, long offset, long sizeMax) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.position(offset);
      Blake3Hasher hasher = Blake3.hasher();
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
      long size = 0;
      while (size < sizeMax) {
        piece.clear().limit((int) Math.min(PIECE_BYTES, sizeMax - size));
        if (channel.read(piece) < 0) {
          break;
        }
        size += piece.flip().remaining();
        hasher.update(piece);
      }
      return new FileIdentity(hasher.finish(), size);
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          "%s cannot be read (%s); see to the file and its permissions".formatted(file, e),
          e);
    }
  }
}
