package dev.spore.format.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.index.DiskIndexWriter;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.index.MemoryIndexWriter;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the manifest says of an index counts, not what lies in the file. */
final class IndexAuthorityTest {
  private static final ChunkId ID = Blake3.hash(new byte[] {1});
  private static final byte[] MEMORY = memoryIndex();
  private static final byte[] DISK = diskIndex();

  @Test
  void theIndexThatIsMeantIsOpened() {
    assertThat(memory(4 << 20, 1).openIndex(MemorySegment.ofArray(MEMORY)).id(1)).contains(ID);
    assertThat(disk(1 << 20, Blake3.hash(DISK)).openIndex(MemorySegment.ofArray(DISK)).id(3))
        .contains(ID);
  }

  @Test
  void aChangedIdIsNoticed() {
    byte[] memory = MEMORY.clone();
    memory[MEMORY.length - 1] ^= 1;
    byte[] disk = DISK.clone();
    disk[DISK.length - 1] ^= 1;

    assertRefused(
        () -> memory(4 << 20, 1).openIndex(MemorySegment.ofArray(memory)), "memory.index");
    assertRefused(
        () -> disk(1 << 20, Blake3.hash(DISK)).openIndex(MemorySegment.ofArray(disk)),
        "disk0.index");
  }

  @Test
  void anIndexOfAnotherSizeIsRefused() {
    assertRefused(
        () -> memory(8 << 20, 1).openIndex(MemorySegment.ofArray(MEMORY)), "4194304 bytes of RAM");
    assertRefused(
        () -> disk(2 << 20, Blake3.hash(DISK)).openIndex(MemorySegment.ofArray(DISK)),
        "the manifest says 2097152");
  }

  @Test
  void anIndexWithOtherCountsIsRefused() {
    assertRefused(
        () -> memory(4 << 20, 2).openIndex(MemorySegment.ofArray(MEMORY)), "1 zero chunks");
  }

  @Test
  void aDiskWithoutIndexTakesNone() {
    assertRefused(() -> disk(1 << 20, null).openIndex(MemorySegment.ofArray(DISK)), "not named");
  }

  @Test
  void noDiskMayHaveItsIndexWhereRamHasIts() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new DiskImage("memory", 1, 512, false, new FileIdentity(ID, 1), null, ""));
  }

  @Test
  void bytesThatAreNoIndexAreRefusedThoughTheManifestNamesThem() {
    byte[] junk = new byte[100];
    MemoryImage image = new MemoryImage(4 << 20, MemoryIndex.CHUNK_BYTES, 1, 1, Blake3.hash(junk));

    assertRefused(() -> image.openIndex(MemorySegment.ofArray(junk)), "magic");
  }

  private static MemoryImage memory(long bytes, long zeroChunks) {
    long chunks = bytes / MemoryIndex.CHUNK_BYTES;
    return new MemoryImage(
        bytes, MemoryIndex.CHUNK_BYTES, zeroChunks, chunks - zeroChunks, Blake3.hash(MEMORY));
  }

  private static DiskImage disk(long bytes, @Nullable ChunkId index) {
    return new DiskImage("disk0", 1, bytes, false, new FileIdentity(ID, 1), index, "");
  }

  private static byte[] memoryIndex() {
    MemoryIndexWriter writer = MemoryIndexWriter.zero(4 << 20);
    writer.set(1, ID);
    return writer.toBytes();
  }

  private static byte[] diskIndex() {
    DiskIndexWriter writer = new DiskIndexWriter(16L * DiskIndex.CHUNK_BYTES);
    writer.add(3, ID);
    return writer.toBytes();
  }

  private static void assertRefused(Runnable open, String message) {
    assertThatThrownBy(open::run).isInstanceOf(FormatException.class).hasMessageContaining(message);
  }
}
