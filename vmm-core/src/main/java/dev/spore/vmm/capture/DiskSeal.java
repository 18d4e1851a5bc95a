package dev.spore.vmm.capture;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkException;
import dev.spore.cas.ChunkId;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.index.DiskIndexWriter;
import dev.spore.virtio.blk.Disk;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * One disk on its way into a batch, as it was at one instant: {@link #run} takes its chunks in
 * order, the device takes those it is about to change. Whatever goes wrong here fails the save and
 * never the guest's write.
 */
public final class DiskSeal implements AutoCloseable {
  private static final int CHUNK = DiskIndex.CHUNK_BYTES;
  private static final int LOCKS = 64;

  private final Disk disk;
  private final Batch batch;
  private final Runnable atEnd;
  private final long chunks;

  /** One bit a chunk: it has been taken. Set under the chunk's lock. */
  private final AtomicLongArray taken;

  private final Object[] locks = new Object[LOCKS];
  private final ConcurrentSkipListMap<Long, ChunkId> ids = new ConcurrentSkipListMap<>();
  private volatile @Nullable RuntimeException failure;

  DiskSeal(Disk disk, Batch batch, Runnable atEnd) {
    this.disk = disk;
    this.batch = batch;
    this.atEnd = atEnd;
    this.chunks = (disk.sizeBytes() + CHUNK - 1) / CHUNK;
    this.taken = new AtomicLongArray(Math.toIntExact((chunks + 63) / 64));
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** Takes what the device is about to change. Device thread. */
  void beforeChange(long offsetBytes, long lengthBytes) {
    if (failure != null) {
      return;
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    try {
      long last = (offsetBytes + lengthBytes - 1) / CHUNK;
      for (long chunk = offsetBytes / CHUNK; chunk <= last; chunk++) {
        take(chunk, buffer);
      }
    } catch (IOException e) {
      failure = unreadable(e);
    } catch (ChunkException | IllegalStateException e) {
      failure = e;
    }
  }

  /**
   * Takes the rest of the disk. One thread.
   *
   * @return the file of its index
   * @throws SporeException cache.unavailable if the disk cannot be read
   * @throws ChunkException if a chunk cannot be stored
   */
  public byte[] run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    try {
      for (long chunk = 0; chunk < chunks && failure == null; chunk++) {
        take(chunk, buffer);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    DiskIndexWriter index = new DiskIndexWriter(disk.sizeBytes());
    ids.forEach(index::add);
    return index.toBytes();
  }

  private void take(long chunk, ByteBuffer buffer) throws IOException {
    int word = Math.toIntExact(chunk >>> 6);
    long bit = 1L << chunk;
    if ((taken.get(word) & bit) != 0) {
      return;
    }
    synchronized (locks[(int) (chunk % LOCKS)]) {
      if ((taken.get(word) & bit) != 0) {
        return;
      }
      long offset = chunk * CHUNK;
      buffer.clear().limit((int) Math.min(CHUNK, disk.sizeBytes() - offset));
      disk.read(offset, buffer);
      batch.put(MemorySegment.ofBuffer(buffer.flip())).ifPresent(id -> ids.put(chunk, id));
      taken.getAndUpdate(word, old -> old | bit);
    }
  }

  private static SporeException unreadable(IOException e) {
    return new SporeException(
        ErrorCode.CACHE_UNAVAILABLE,
        "a disk cannot be read to be saved (%s); see to the disk image".formatted(e.getMessage()),
        e);
  }

  /** Lets the disk change without being asked. Idempotent. */
  @Override
  public void close() {
    atEnd.run();
  }
}
