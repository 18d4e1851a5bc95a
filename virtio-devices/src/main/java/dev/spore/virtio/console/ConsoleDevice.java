package dev.spore.virtio.console;

import dev.spore.format.device.ConsoleState;
import dev.spore.format.device.DeviceState;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.Limits;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.queue.ChainReader;
import dev.spore.virtio.queue.ChainWriter;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.Virtqueue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A console of one port (virtio 1.2 §5.3): guest output goes to a {@link ConsoleSink}, host input
 * waits in a bounded buffer for the guest to take it.
 */
public final class ConsoleDevice implements VirtioDevice {
  private static final int DEVICE_TYPE = 3;

  /** VIRTIO_CONSOLE_F_SIZE (§5.3.3): the configuration space holds columns and rows. */
  private static final long F_SIZE = 1L;

  private static final int RECEIVE_QUEUE = 0;
  private static final int TRANSMIT_QUEUE = 1;

  /** Number and content of the configuration change together, so they are one object. */
  private record Size(int columns, int rows, int generation) {}

  private final ConsoleSink sink;
  private final Doorbell doorbell;
  private final BoundedInput input = new BoundedInput();
  private final ConsoleMetrics metrics = new ConsoleMetrics();
  private final byte[] buffer = new byte[4096];
  private volatile Size size = new Size(80, 24, 0);

  // Device state, guarded by the transport's order of activate, process and reset.
  private Virtqueue receive = Virtqueue.unused();
  private Virtqueue transmit = Virtqueue.unused();
  private @Nullable Output current;

  /** Guest output that did not fit into one batch. */
  private record Output(DescriptorChain chain, ChainReader reader) {}

  /**
   * A console of 80 by 24.
   *
   * @param doorbell the one of the device's transport
   */
  public ConsoleDevice(ConsoleSink sink, Doorbell doorbell) {
    this.sink = sink;
    this.doorbell = doorbell;
  }

  /**
   * Queues input for the guest. Any thread; does not block.
   *
   * @return how many bytes were taken, the first ones; the rest found no room and may be offered
   *     again later
   */
  public int input(byte[] bytes, int offset, int length) {
    int taken = input.add(bytes, offset, length);
    doorbell.ring();
    return taken;
  }

  /**
   * Tells the guest the terminal has a new size. Any thread.
   *
   * @param columns 0 to 65535
   * @param rows 0 to 65535
   */
  public synchronized void resize(int columns, int rows) {
    if ((columns & ~0xffff) != 0 || (rows & ~0xffff) != 0) {
      throw new IllegalArgumentException("console of %d by %d".formatted(columns, rows));
    }
    size = new Size(columns, rows, size.generation() + 1);
    doorbell.ring();
  }

  @Override
  public int deviceType() {
    return DEVICE_TYPE;
  }

  @Override
  public String name() {
    return "console";
  }

  @Override
  public long deviceFeatures() {
    return F_SIZE;
  }

  @Override
  public List<Integer> queueSizesMax() {
    return List.of(Limits.QUEUE_SIZE_MAX, Limits.QUEUE_SIZE_MAX);
  }

  /** §5.3.4: cols and rows; the fields of features not offered are not there. */
  @Override
  public byte[] configSpace() {
    Size now = size;
    return new byte[] {
      (byte) now.columns(), (byte) (now.columns() >> 8), (byte) now.rows(), (byte) (now.rows() >> 8)
    };
  }

  @Override
  public int configGeneration() {
    return size.generation();
  }

  @Override
  public Map<String, Long> metrics() {
    return metrics.values();
  }

  @Override
  public void activate(Activation activation) {
    receive = activation.queues().get(RECEIVE_QUEUE);
    transmit = activation.queues().get(TRANSMIT_QUEUE);
  }

  @Override
  public boolean process() {
    boolean moreInput = deliverInput();
    boolean moreOutput = takeOutput();
    return moreInput || moreOutput;
  }

  /** Ends the output it is in the middle of; input that waits stays with this device. */
  @Override
  public boolean settle() {
    Output output = current;
    if (output != null) {
      copy(output.reader(), Limits.CONSOLE_BATCH_BYTES_MAX);
      endIfCopied(output);
      transmit.finish();
    }
    return current == null;
  }

  /** The size; input the guest has not taken was meant for this machine and is not part of it. */
  @Override
  public DeviceState save() {
    Size now = size;
    return new ConsoleState(now.columns(), now.rows());
  }

  /** The size as the guest knows it: a {@link #resize} that follows is news to it. */
  @Override
  public synchronized void restore(DeviceState state) {
    if (!(state instanceof ConsoleState saved)) {
      throw new DeviceStateException(name(), "it is not of a console: " + state);
    }
    size = new Size(saved.columns(), saved.rows(), size.generation());
  }

  @Override
  public void reset() {
    receive = Virtqueue.unused();
    transmit = Virtqueue.unused();
    current = null;
  }

  private boolean deliverInput() {
    int served = 0;
    while (served < Limits.BATCH_CHAINS_MAX && !input.isEmpty()) {
      DescriptorChain chain = receive.poll();
      if (chain == null) {
        break;
      }
      if (chain.writableBytes() == 0 || chain.readableBytes() != 0) {
        throw new QueueException("console receive buffer that is not write-only");
      }
      ChainWriter writer = chain.writer();
      byte[] bytes = input.take((int) Math.min(buffer.length, chain.writableBytes()));
      writer.write(bytes, 0, bytes.length);
      metrics.inputBytes.add(bytes.length);
      receive.addUsed(chain, bytes.length);
      served++;
    }
    return receive.finish() && !input.isEmpty();
  }

  private boolean takeOutput() {
    int budget = Limits.CONSOLE_BATCH_BYTES_MAX;
    for (int served = 0; served < Limits.BATCH_CHAINS_MAX && budget > 0; served++) {
      Output output = current == null ? nextOutput() : current;
      if (output == null) {
        break;
      }
      budget -= copy(output.reader(), budget);
      endIfCopied(output);
    }
    return transmit.finish() || current != null;
  }

  private void endIfCopied(Output output) {
    if (output.reader().remaining() == 0) {
      transmit.addUsed(output.chain(), 0);
      current = null;
    } else {
      current = output;
    }
  }

  private @Nullable Output nextOutput() {
    DescriptorChain chain = transmit.poll();
    if (chain == null) {
      return null;
    }
    if (chain.writableBytes() != 0) {
      throw new QueueException("console transmit buffer that is not read-only");
    }
    return new Output(chain, chain.reader());
  }

  private int copy(ChainReader reader, int budget) {
    int done = 0;
    while (done < budget && reader.remaining() > 0) {
      int piece = (int) Math.min(Math.min(buffer.length, budget - done), reader.remaining());
      reader.read(buffer, 0, piece);
      sink.write(buffer, 0, piece);
      done += piece;
    }
    metrics.outputBytes.add(done);
    return done;
  }
}
