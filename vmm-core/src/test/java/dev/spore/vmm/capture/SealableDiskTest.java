package dev.spore.vmm.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkStore;
import dev.spore.format.index.DiskIndex;
import dev.spore.virtio.blk.FileDisk;
import dev.spore.virtio.blk.HolePuncher;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk is sealed as it was at the beginning, whatever is written to it meanwhile. */
final class SealableDiskTest {
  private static final int CHUNK = DiskIndex.CHUNK_BYTES;

  /** The last chunk is short. */
  private static final int DISK_BYTES = 40 * CHUNK + 512;

  private final Path image;
  private final ChunkStore store;
  private final FileChannel channel;
  private final SealableDisk disk;

  SealableDiskTest(@TempDir Path root) throws Exception {
    store = ChunkStore.create(root.resolve("chunks"));
    image = root.resolve("disk.img");
    Files.write(image, new byte[DISK_BYTES]);
    channel = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE);
    disk = new SealableDisk(new FileDisk(channel, false, HolePuncher.NONE));
  }

  @BeforeEach
  void writeSomething() throws Exception {
    Random random = new Random(3);
    for (int i = 0; i < 10; i++) {
      write(random, 512L * random.nextInt(DISK_BYTES / 2 / 512));
    }
    write(random, DISK_BYTES - 512);
  }

  @AfterEach
  void close() throws Exception {
    channel.close();
  }

  private void write(Random random, long offset) throws Exception {
    byte[] bytes = new byte[512];
    random.nextBytes(bytes);
    disk.write(offset, ByteBuffer.wrap(bytes));
  }

  private byte[] sealed(byte[] indexBytes) {
    DiskIndex index = DiskIndex.open("disk-0.index", MemorySegment.ofArray(indexBytes));
    byte[] bytes = new byte[DISK_BYTES];
    for (int chunk = 0; chunk < index.chunks(); chunk++) {
      int length = Math.min(CHUNK, DISK_BYTES - chunk * CHUNK);
      MemorySegment target = MemorySegment.ofArray(bytes).asSlice((long) chunk * CHUNK, length);
      index.id(chunk).ifPresent(id -> store.read(id, target));
    }
    return bytes;
  }

  @Test
  void quietDiskIsSealedWhole() throws Exception {
    try (Batch batch = store.batch();
        DiskSeal seal = disk.seal(batch)) {
      byte[] index = seal.run();
      batch.commit();
      assertThat(sealed(index)).isEqualTo(Files.readAllBytes(image));
    }
  }

  @Test
  void whatIsWrittenZeroedOrDiscardedMeanwhileDoesNotShow() throws Exception {
    byte[] before = Files.readAllBytes(image);
    try (Batch batch = store.batch();
        DiskSeal seal = disk.seal(batch)) {
      Random random = new Random(4);
      write(random, 0);
      write(random, DISK_BYTES - 512);
      disk.writeZeroes(CHUNK, 5L * CHUNK, false);
      disk.discard(10L * CHUNK, 3L * CHUNK);
      byte[] index = seal.run();
      write(random, 0);
      batch.commit();
      assertThat(sealed(index)).isEqualTo(before);
      assertThat(Files.readAllBytes(image)).isNotEqualTo(before);
    }
  }

  @Test
  void diskUnderLoadIsSealedAsItWas() throws Exception {
    byte[] before = Files.readAllBytes(image);
    AtomicBoolean stop = new AtomicBoolean();
    try (Batch batch = store.batch();
        DiskSeal seal = disk.seal(batch)) {
      Thread device =
          Thread.ofPlatform()
              .start(() -> {
                Random random = new Random(5);
                try {
                  while (!stop.get()) {
                    write(random, 512L * random.nextInt(DISK_BYTES / 512));
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      byte[] index = seal.run();
      stop.set(true);
      device.join();
      batch.commit();
      assertThat(sealed(index)).isEqualTo(before);
    }
  }

  @Test
  void onlyOneSealAtATime() {
    try (Batch batch = store.batch();
        DiskSeal seal = disk.seal(batch)) {
      assertThat(seal).isNotNull();
      assertThatThrownBy(() -> disk.seal(batch)).isInstanceOf(IllegalStateException.class);
    }
    try (Batch batch = store.batch();
        DiskSeal again = disk.seal(batch)) {
      assertThat(again).isNotNull();
    }
  }

  @Test
  void saveThatFailsDoesNotHoldBackTheGuest() throws Exception {
    Batch batch = store.batch();
    try (DiskSeal seal = disk.seal(batch)) {
      batch.close();
      write(new Random(6), 0);
      assertThatThrownBy(seal::run).isInstanceOf(IllegalStateException.class);
    }
  }
}
