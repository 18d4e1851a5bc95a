package dev.spore.vmm.ram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.cas.Batch;
import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;
import dev.spore.cas.ChunkStore;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.index.MemoryIndexWriter;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.boot.RamLayout;
import dev.spore.vmm.boot.RamLayout.Region;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** RAM in a chunk store: every third chunk zero, the others random and all different. */
final class SavedRam {
  static final int CHUNK = RamImage.CHUNK_BYTES;

  /** A small region at 0 and one above 4 GiB. */
  static final RamLayout TWO_REGIONS =
      new RamLayout(List.of(new Region(0, 3L * CHUNK), new Region(4L << 30, 5L * CHUNK)));

  final RamLayout layout;
  final MemorySegment content;
  final ChunkStore store;
  final RamImage image;

  SavedRam(Path directory, RamLayout layout) {
    this(directory, layout, content -> {});
  }

  /**
   * @param edit changes the content before it is saved
   */
  SavedRam(Path directory, RamLayout layout, Consumer<MemorySegment> edit) {
    this.layout = layout;
    RamChunks chunks = new RamChunks(layout);
    content = Arena.ofAuto().allocate(chunks.sizeBytes(), 4096);
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      if (chunk % 3 != 2) {
        fill(chunk);
      }
    }
    edit.accept(content);
    store = ChunkStore.create(directory);
    MemoryIndexWriter writer = MemoryIndexWriter.zero(chunks.sizeBytes());
    long data = 0;
    try (Batch batch = store.batch()) {
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        ChunkId id = batch.put(chunk(chunk)).orElse(null);
        data += id == null ? 0 : 1;
        writer.set(chunk, id);
      }
      batch.commit();
    }
    byte[] index = writer.toBytes();
    image =
        new RamImage(
            layout,
            MemoryIndex.open(MemorySegment.ofArray(index)),
            Blake3.hash(index),
            data,
            store::read,
            Optional.of(store::path));
  }

  private void fill(int chunk) {
    SplittableRandom random = new SplittableRandom(chunk);
    MemorySegment bytes = chunk(chunk);
    for (long at = 0; at < CHUNK; at += Long.BYTES) {
      bytes.set(ValueLayout.JAVA_LONG, at, random.nextLong());
    }
  }

  MemorySegment chunk(int chunk) {
    return content.asSlice((long) chunk * CHUNK, CHUNK);
  }

  /** The same RAM, with its chunks read by {@code reader}. */
  RamImage readBy(ChunkReader reader) {
    return new RamImage(
        layout, image.index(), image.digest(), image.dataChunks(), reader, image.places());
  }

  Path file(int chunk) {
    return store.path(image.index().id(chunk).orElseThrow());
  }

  /** Changes one byte in the file of a chunk. */
  void corrupt(int chunk) {
    try {
      byte[] bytes = Files.readAllBytes(file(chunk));
      bytes[12_345] ^= 1;
      Files.write(file(chunk), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks for all of {@code memory} as a device would, and finds what was saved. */
  void assertSameAs(GuestMemory memory) {
    long at = 0;
    for (GuestMemory.Region region : memory.regions()) {
      long size = region.bytes().byteSize();
      for (long offset = 0; offset < size; offset += CHUNK) {
        MemorySegment found = MemorySegment.ofBuffer(memory.readable(region.gpa() + offset, CHUNK));
        assertThat(found.mismatch(content.asSlice(at + offset, CHUNK))).isEqualTo(-1);
      }
      at += size;
    }
  }
}
