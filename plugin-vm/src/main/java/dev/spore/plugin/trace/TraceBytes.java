package dev.spore.plugin.trace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the bytes of a trace are, to be read as often as it takes. */
interface TraceBytes {
  /** The bytes from an offset, not beyond the end, on. */
  InputStream open(long offset) throws IOException;

  static TraceBytes of(byte[] bytes) {
    return offset ->
        new ByteArrayInputStream(bytes, Math.toIntExact(offset), bytes.length - (int) offset);
  }

  static TraceBytes of(Path path) {
    return offset ->
        Channels.newInputStream(FileChannel.open(path, StandardOpenOption.READ).position(offset));
  }
}
