package dev.spore.plugin.trace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the bytes of a trace are, to be read as often as it takes. */
interface TraceBytes {
  /** The bytes from an offset, not beyond the end, on. */
  InputStream open(long offset) throws IOException;

  /** How many there are. */
  long size() throws IOException;

  /** Bytes in memory. */
  final class InMemory implements TraceBytes {
    private final byte[] bytes;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public InputStream open(long offset) {
      return new ByteArrayInputStream(
          bytes, Math.toIntExact(offset), bytes.length - Math.toIntExact(offset));
    }

    @Override
    public long size() {
      return bytes.length;
    }
  }

  /** Bytes of a file. */
  record InFile(Path path) implements TraceBytes {
    @Override
    public InputStream open(long offset) throws IOException {
      return Channels.newInputStream(
          FileChannel.open(path, StandardOpenOption.READ).position(offset));
    }

    @Override
    public long size() throws IOException {
      return Files.size(path);
    }
  }
}
