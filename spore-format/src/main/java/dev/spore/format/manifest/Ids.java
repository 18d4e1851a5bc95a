package dev.spore.format.manifest;

import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;
import dev.spore.format.Bytes;
import dev.spore.format.FormatException;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Digests as 64 hexadecimal digits. */
final class Ids {
  private Ids() {}

  /** Checks that {@code bytes}, the content of {@code file}, have the digest {@code expected}. */
  static void require(String file, MemorySegment bytes, ChunkId expected) {
    if (!Blake3.hash(bytes).equals(expected)) {
      throw new FormatException(
          FormatException.Code.INVALID, file, "is not the file the manifest names " + expected);
    }
  }

  static ChunkId read(JsonIn in, String name) {
    return ChunkId.of(in.bytes(name, ChunkId.BYTES).toArray());
  }

  static @Nullable ChunkId readOrNull(JsonIn in, String name) {
    Bytes bytes = in.bytesOrNull(name, ChunkId.BYTES);
    return bytes == null ? null : ChunkId.of(bytes.toArray());
  }

  static void write(JsonOut out, String name, ChunkId id) {
    out.text(name, id.hex());
  }

  static void writeOrNull(JsonOut out, String name, @Nullable ChunkId id) {
    out.bytesOrNull(name, id == null ? null : Bytes.of(id.toBytes()));
  }
}
