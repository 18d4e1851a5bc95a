package dev.spore.cas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Chunks of random bytes, and what lies in a store's directory. */
final class TestChunks {
  private TestChunks() {}

  /** A chunk outside the heap that is never freed before its last use. */
  static MemorySegment chunk(int lengthBytes, long seed) {
    return Arena.ofAuto()
        .allocate(lengthBytes)
        .copyFrom(MemorySegment.ofArray(Blake3Test.random(lengthBytes, seed)));
  }

  static List<MemorySegment> chunks(int count, int lengthBytes, long seed) {
    return Stream.iterate(seed, at -> at + 1)
        .limit(count)
        .map(at -> chunk(lengthBytes, at))
        .toList();
  }

  /** Stores the chunks, and returns their ids in order. */
  static List<ChunkId> save(ChunkStore store, List<MemorySegment> chunks) {
    try (Batch batch = store.batch()) {
      List<ChunkId> ids = chunks.stream().map(chunk -> batch.put(chunk).orElseThrow()).toList();
      batch.commit();
      return ids;
    }
  }

  /** Names of everything below a directory that is no directory, sorted. */
  static List<String> files(Path root) throws Exception {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .map(path -> root.relativize(path).toString())
          .sorted()
          .toList();
    }
  }
}
