package dev.spore.vmm.testing;

import dev.spore.cas.Batch;
import dev.spore.cas.Blake3;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.index.DiskIndexWriter;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.index.MemoryIndexWriter;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.format.manifest.MemoryImage;
import dev.spore.vmm.snapshot.SporeStaging;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes spores that are whole, of machines that never were. */
public final class TestSpores {
  /** Chunks of RAM that are not zero; two of them are the same. */
  public static final int DATA_CHUNKS = 4;

  private static final Path GOLDEN =
      Path.of("../spore-format/src/test/resources/dev/spore/format/golden");

  private TestSpores() {}

  /** One without disks, sessions and annotations. */
  public static Path small(Path directory) {
    return make(directory, "small.json", Map.of());
  }

  /** One that has something of everything. */
  public static Path full(Path directory) {
    return make(directory, "full.json", Map.of());
  }

  /**
   * Makes one.
   *
   * @param golden name of the manifest it takes all but its memory from
   * @param notes annotations in place of the manifest's, unless empty
   */
  public static Path make(Path directory, String golden, Map<String, String> notes) {
    Manifest from = golden(golden);
    try (SporeStaging staging = SporeStaging.begin(directory);
        Batch batch = staging.chunks().batch()) {
      MemoryIndexWriter writer = MemoryIndexWriter.zero(from.memory().sizeBytes());
      for (int i = 0; i < DATA_CHUNKS; i++) {
        byte[] chunk = new byte[MemoryIndex.CHUNK_BYTES];
        new Random(i % 3).nextBytes(chunk);
        writer.set(5L * i, batch.put(MemorySegment.ofArray(chunk)).orElseThrow());
      }
      List<DiskImage> disks =
          from.disks().stream().map(disk -> withContent(disk, staging, batch)).toList();
      batch.commit();
      byte[] index = writer.toBytes();
      staging.publish(index, ManifestCodec.encode(withContent(from, index, disks, notes)));
      return directory;
    }
  }

  private static Manifest golden(String name) {
    try {
      return ManifestCodec.parse(Files.readAllBytes(GOLDEN.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A chunk at its start and, if there is room, one at its end. */
  private static DiskImage withContent(DiskImage disk, SporeStaging staging, Batch batch) {
    if (disk.index() == null) {
      return disk;
    }
    DiskIndexWriter writer = new DiskIndexWriter(disk.sizeBytes());
    long last = (disk.sizeBytes() - 1) / DiskIndex.CHUNK_BYTES;
    for (long chunk = 0; chunk <= last; chunk += Math.max(1, last)) {
      long left = disk.sizeBytes() - chunk * DiskIndex.CHUNK_BYTES;
      byte[] bytes = new byte[(int) Math.min(DiskIndex.CHUNK_BYTES, left)];
      new Random(chunk).nextBytes(bytes);
      writer.add(chunk, batch.put(MemorySegment.ofArray(bytes)).orElseThrow());
    }
    byte[] index = writer.toBytes();
    staging.addDiskIndex(disk.name(), index);
    return new DiskImage(
        disk.name(),
        disk.slot(),
        disk.sizeBytes(),
        disk.readOnly(),
        disk.base(),
        Blake3.hash(index),
        disk.pathHint());
  }

  private static Manifest withContent(
      Manifest from, byte[] index, List<DiskImage> disks, Map<String, String> notes) {
    long chunks = from.memory().sizeBytes() / MemoryIndex.CHUNK_BYTES;
    return new Manifest(
        from.writer(),
        from.createdNanos(),
        from.host(),
        from.images(),
        from.board(),
        from.commandLine(),
        from.machine(),
        from.generation(),
        new MemoryImage(
            from.memory().sizeBytes(),
            MemoryIndex.CHUNK_BYTES,
            chunks - DATA_CHUNKS,
            DATA_CHUNKS,
            Blake3.hash(index)),
        disks,
        from.sessions(),
        notes.isEmpty() ? from.annotations() : Manifest.sorted(notes));
  }
}
