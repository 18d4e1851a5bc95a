package dev.spore.virtio.blk;

import dev.spore.virtio.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The configuration space: struct virtio_blk_config (virtio 1.2 §5.2.4). */
final class BlkConfig {
  static final int BYTES = 60;

  private static final int CAPACITY = 0;
  private static final int SEG_MAX = 12;
  private static final int BLK_SIZE = 20;
  private static final int NUM_QUEUES = 34;
  private static final int MAX_DISCARD_SECTORS = 36;
  private static final int MAX_DISCARD_SEG = 40;
  private static final int DISCARD_SECTOR_ALIGNMENT = 44;
  private static final int MAX_WRITE_ZEROES_SECTORS = 48;
  private static final int MAX_WRITE_ZEROES_SEG = 52;
  private static final int WRITE_ZEROES_MAY_UNMAP = 56;

  private BlkConfig() {}

  static byte[] of(Disk disk, int blockSizeBytes) {
    ByteBuffer config = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    config.putLong(CAPACITY, disk.sizeBytes() / Disk.SECTOR_BYTES);
    config.putInt(SEG_MAX, Limits.BLK_SEGMENTS_MAX);
    config.putInt(BLK_SIZE, blockSizeBytes);
    config.putShort(NUM_QUEUES, (short) 1);
    if (!disk.isReadOnly()) {
      config.putInt(MAX_DISCARD_SECTORS, Limits.BLK_DISCARD_SECTORS_MAX);
      config.putInt(MAX_DISCARD_SEG, Limits.BLK_DISCARD_SEGMENTS_MAX);
      config.putInt(DISCARD_SECTOR_ALIGNMENT, blockSizeBytes / Disk.SECTOR_BYTES);
      config.putInt(MAX_WRITE_ZEROES_SECTORS, Limits.BLK_ZERO_SECTORS_MAX);
      config.putInt(MAX_WRITE_ZEROES_SEG, Limits.BLK_ZERO_SEGMENTS_MAX);
      config.put(WRITE_ZEROES_MAY_UNMAP, (byte) 1);
    }
    return config.array();
  }
}
