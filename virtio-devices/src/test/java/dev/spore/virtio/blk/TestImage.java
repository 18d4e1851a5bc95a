package dev.spore.virtio.blk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A disk image in a temporary file that is gone at {@link #close()}. */
final class TestImage implements AutoCloseable {
  final Path path;
  final FileChannel channel;

  private TestImage(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** An image whose byte {@code i} is {@code i / 512 + i}, so that sectors differ. */
  static TestImage ofSectors(int sectors) {
    try {
      Path path = Files.createTempFile("spore-blk", ".img");
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel.write(ByteBuffer.wrap(pattern(0, sectors)), 0);
      return new TestImage(path, channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] pattern(int firstSector, int sectors) {
    byte[] bytes = new byte[sectors * Disk.SECTOR_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (firstSector + i / Disk.SECTOR_BYTES + i);
    }
    return bytes;
  }

  FileDisk disk() {
    return disk(false, HolePuncher.NONE);
  }

  FileDisk disk(boolean readOnly, HolePuncher puncher) {
    try {
      return new FileDisk(channel, readOnly, puncher);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
