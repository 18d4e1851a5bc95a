package dev.spore.virtio.rng;

import dev.spore.format.device.DeviceState;
import dev.spore.format.device.RngState;
import dev.spore.virtio.Limits;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.Virtqueue;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Random bytes from the host (virtio 1.2 §5.4). A request gets at most {@link
 * Limits#RNG_CHAIN_BYTES_MAX} bytes however large its buffer, as §5.4.6.2 lets a device do.
 */
public final class RngDevice implements VirtioDevice {
  private static final int DEVICE_TYPE = 4;

  private final RandomGenerator source;
  private final RngMetrics metrics = new RngMetrics();
  private final byte[] buffer = new byte[Limits.RNG_CHAIN_BYTES_MAX];
  private Virtqueue requests = Virtqueue.unused();

  /**
   * A device that hands out what {@code source} yields.
   *
   * @param source cryptographically strong outside tests; used by the device thread alone
   */
  public RngDevice(RandomGenerator source) {
    this.source = source;
  }

  @Override
  public int deviceType() {
    return DEVICE_TYPE;
  }

  @Override
  public String name() {
    return "rng";
  }

  @Override
  public long deviceFeatures() {
    return 0;
  }

  @Override
  public List<Integer> queueSizesMax() {
    return List.of(Limits.QUEUE_SIZE_MAX);
  }

  @Override
  public byte[] configSpace() {
    return new byte[0];
  }

  @Override
  public Map<String, Long> metrics() {
    return metrics.values();
  }

  @Override
  public void activate(Activation activation) {
    requests = activation.queues().getFirst();
  }

  @Override
  public boolean process() {
    for (int served = 0; served < Limits.BATCH_CHAINS_MAX; served++) {
      DescriptorChain chain = requests.poll();
      if (chain == null) {
        break;
      }
      requests.addUsed(chain, serve(chain));
    }
    return requests.finish();
  }

  @Override
  public DeviceState save() {
    return new RngState();
  }

  /** There is nothing to take over: a restored guest gets bytes nobody has seen. */
  @Override
  public void restore(DeviceState state) {}

  @Override
  public void reset() {
    requests = Virtqueue.unused();
  }

  private int serve(DescriptorChain chain) {
    if (chain.readableBytes() != 0 || chain.writableBytes() == 0) {
      throw new QueueException("entropy buffer that is not write-only");
    }
    byte[] bytes = buffer;
    if (chain.writableBytes() < bytes.length) {
      bytes = new byte[(int) chain.writableBytes()];
    }
    source.nextBytes(bytes);
    chain.writer().write(bytes, 0, bytes.length);
    metrics.requests.increment();
    metrics.bytes.add(bytes.length);
    return bytes.length;
  }
}
