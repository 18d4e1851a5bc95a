package dev.spore.virtio.blk;

import dev.spore.format.device.BlkState;
import dev.spore.format.device.DeviceState;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.Limits;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.Virtqueue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The block device (virtio 1.2 §5.2), one queue, served in order by its device thread.
 *
 * <p>The cache is write-back where the driver accepted FLUSH, else every write is made durable
 * before it is answered. A read-only disk offers RO and neither FLUSH, DISCARD nor WRITE_ZEROES.
 */
public final class BlkDevice implements VirtioDevice {
  static final int F_SEG_MAX = 2;
  static final int F_RO = 5;
  static final int F_BLK_SIZE = 6;
  static final int F_FLUSH = 9;
  static final int F_DISCARD = 13;
  static final int F_WRITE_ZEROES = 14;

  private static final int TYPE = 2;

  private final Disk disk;
  private final BlkState identity;
  private final byte[] config;
  private final BlkMetrics metrics = new BlkMetrics();
  private final BlkRequests requests;
  private @Nullable Virtqueue queue;

  /** A device with logical blocks of 512 bytes. */
  public BlkDevice(Disk disk, String id) {
    this(disk, id, Disk.SECTOR_BYTES);
  }

  /**
   * @param id what the guest finds in {@code /sys/block/vdX/serial}: 0 to 20 printable ASCII
   *     characters
   * @param blockSizeBytes logical block size told to the guest: a power of two from 512 to 4096
   *     that divides the disk's size
   */
  public BlkDevice(Disk disk, String id, int blockSizeBytes) {
    this.disk = disk;
    this.identity = new BlkState(id, disk.sizeBytes(), blockSizeBytes, disk.isReadOnly());
    byte[] idBytes = id.getBytes(StandardCharsets.US_ASCII);
    this.config = BlkConfig.of(disk, blockSizeBytes);
    byte[] padded = Arrays.copyOf(idBytes, BlkRequests.ID_BYTES);
    this.requests =
        new BlkRequests(
            disk, padded, metrics, new RateLimitedLog(BlkDevice.class.getName(), name()));
  }

  @Override
  public int deviceType() {
    return TYPE;
  }

  @Override
  public String name() {
    return "blk";
  }

  @Override
  public long deviceFeatures() {
    long features = 1L << F_SEG_MAX | 1L << F_BLK_SIZE;
    if (disk.isReadOnly()) {
      return features | 1L << F_RO;
    }
    return features | 1L << F_FLUSH | 1L << F_DISCARD | 1L << F_WRITE_ZEROES;
  }

  @Override
  public List<Integer> queueSizesMax() {
    return List.of(Limits.BLK_QUEUE_SIZE);
  }

  @Override
  public byte[] configSpace() {
    return config.clone();
  }

  @Override
  public void activate(Activation activation) {
    Set<BlkOperation> operations =
        EnumSet.of(BlkOperation.IN, BlkOperation.OUT, BlkOperation.FLUSH, BlkOperation.GET_ID);
    if (activation.has(F_DISCARD)) {
      operations.add(BlkOperation.DISCARD);
    }
    if (activation.has(F_WRITE_ZEROES)) {
      operations.add(BlkOperation.WRITE_ZEROES);
    }
    requests.configure(operations, !activation.has(F_FLUSH));
    queue = activation.queues().getFirst();
  }

  @Override
  public boolean process() {
    Virtqueue ring = queue;
    if (ring == null) {
      return false;
    }
    long budget = Limits.BLK_PASS_BYTES;
    while (budget > 0) {
      DescriptorChain chain = ring.poll();
      if (chain == null) {
        break;
      }
      ring.addUsed(chain, requests.serve(chain));
      budget -= chain.readableBytes() + chain.writableBytes() + Limits.BLK_PASS_REQUEST_BYTES;
    }
    return ring.finish();
  }

  /** What its driver relies on; requests are served whole, so none is ever half done. */
  @Override
  public DeviceState save() {
    return identity;
  }

  @Override
  public void restore(DeviceState state) {
    if (!state.equals(identity)) {
      throw new DeviceStateException(
          name(), "the guest knows the disk as %s, this is %s".formatted(state, identity));
    }
  }

  @Override
  public void reset() {
    queue = null;
  }

  @Override
  public Map<String, Long> metrics() {
    return metrics.values();
  }
}
