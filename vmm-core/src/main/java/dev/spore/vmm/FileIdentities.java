package dev.spore.vmm;

import dev.spore.cas.Blake3;
import dev.spore.cas.Blake3Hasher;
import dev.spore.format.manifest.FileIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Says what a file is by its content. */
final class FileIdentities {
  private static final int PIECE_BYTES = 1 << 20;

  private FileIdentities() {}

  /**
   * Reads all of {@code file}.
   *
   * @throws SporeException object.invalid if it cannot be read
   */
  static FileIdentity of(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Blake3Hasher hasher = Blake3.hasher();
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
      long size = 0;
      while (channel.read(piece) >= 0) {
        size += piece.flip().remaining();
        hasher.update(piece);
        piece.clear();
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
