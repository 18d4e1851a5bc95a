package dev.spore.virtio.vsock;

import dev.spore.format.device.DeviceState;
import dev.spore.format.device.VsockState;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.Limits;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.queue.ChainWriter;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.Virtqueue;
import dev.spore.virtio.vsock.ConnectionTable.Outcome;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The socket device (virtio 1.2 §5.10): stream connections between the guest and threads of this
 * process, from either side.
 *
 * <p>The device thread copies between rings and bounded buffers and never waits for a stream's
 * user. A guest's reset of the device ends all streams; listeners stay.
 */
public final class VsockDevice implements VirtioDevice, AutoCloseable {
  /** VIRTIO_VSOCK_F_STREAM (§5.10.3). */
  private static final long F_STREAM = 1L;

  private static final int DEVICE_TYPE = 19;
  private static final int RECEIVE_QUEUE = 0;
  private static final int TRANSMIT_QUEUE = 1;
  private static final int EVENT_QUEUE = 2;

  /** VIRTIO_VSOCK_EVENT_TRANSPORT_RESET (§5.10.6.7): all connections are gone. */
  private static final int EVENT_TRANSPORT_RESET = 0;

  private static final int EVENT_BYTES = 4;
  private static final int HEARD = -1;
  private static final long CID_MIN = 3;
  private static final long CID_MAX = 0xffff_fffeL;
  private static final int FIRST_EPHEMERAL_PORT = 49_152;

  private final long guestCid;
  private final Doorbell doorbell;
  private final VsockMetrics metrics = new VsockMetrics();
  private final ConnectionTable table = new ConnectionTable();
  private final VsockListeners listeners;
  private final PacketSwitch packets;
  private final AtomicInteger connecting = new AtomicInteger();

  // Begins anywhere, so that a restored guest does not meet ports of its former life.
  private final AtomicInteger nextPort =
      new AtomicInteger(
          ThreadLocalRandom.current().nextInt(FIRST_EPHEMERAL_PORT, Integer.MAX_VALUE));

  // Set by the host, cleared by the device thread.
  private volatile boolean transportReset;
  private volatile boolean closed;

  // Device state, guarded by the transport's order of activate, process and reset.
  private Virtqueue receive = Virtqueue.unused();
  private Virtqueue transmit = Virtqueue.unused();
  private Virtqueue event = Virtqueue.unused();

  /**
   * Event buffers that were left when the reset was put into one; -1 once the guest acted on it.
   */
  private int unheardReset = HEARD;

  /**
   * A device nobody is connected through.
   *
   * @param guestCid address of the guest, 3 to 2^32-2
   * @param doorbell the one of the device's transport
   */
  public VsockDevice(long guestCid, Doorbell doorbell) {
    if (guestCid < CID_MIN || guestCid > CID_MAX) {
      throw new IllegalArgumentException("guest CID %d is not 3 to 2^32-2".formatted(guestCid));
    }
    this.guestCid = guestCid;
    this.doorbell = doorbell;
    RateLimitedLog log = new RateLimitedLog("dev.spore.virtio", name());
    this.listeners = new VsockListeners(log);
    this.packets = new PacketSwitch(guestCid, table, listeners, metrics, log, doorbell::ring);
  }

  /**
   * Connects to a port of the guest. Any thread; waits. May be called before the guest has booted:
   * the request goes out as soon as its driver is ready, and is refused if nobody listens by then.
   *
   * @param guestPort unsigned
   * @throws java.net.ConnectException if nobody in the guest listens on {@code guestPort}
   * @throws java.net.SocketTimeoutException if the guest does not answer within {@code timeout}
   * @throws java.io.InterruptedIOException if the thread is interrupted; its status is kept
   * @throws IOException if there are too many connections, or the device or machine ends
   */
  public VsockStream connect(int guestPort, Duration timeout) throws IOException {
    if (connecting.incrementAndGet() > Limits.VSOCK_CONNECTING_MAX) {
      connecting.decrementAndGet();
      throw new IOException(
          "vsock: more than %d connects are in progress".formatted(Limits.VSOCK_CONNECTING_MAX));
    }
    try {
      VsockConnection connection = register(guestPort);
      try {
        packets.owe(connection);
        requireOpen();
        connection.awaitOpen(timeout);
      } catch (IOException e) {
        connection.abort("connect failed");
        table.remove(connection);
        packets.disown(connection);
        throw e;
      }
      metrics.opened.increment();
      return new VsockStream(connection);
    } finally {
      connecting.decrementAndGet();
    }
  }

  private VsockConnection register(int guestPort) throws IOException {
    while (true) {
      int hostPort =
          nextPort.getAndUpdate(p -> p == Integer.MAX_VALUE ? FIRST_EPHEMERAL_PORT : p + 1);
      VsockAddress address = new VsockAddress(guestCid, hostPort, guestPort);
      StreamState state = StreamState.requested(address, ConnectionTable.bufferBytes(table.size()));
      VsockConnection connection = new VsockConnection(state, packets::owe);
      Outcome outcome = table.add(connection);
      if (outcome == Outcome.ADDED) {
        return connection;
      }
      if (outcome == Outcome.FULL) {
        throw new IOException(
            "vsock: the guest has %d connections already; close some"
                .formatted(Limits.VSOCK_CONNECTIONS_MAX));
      }
    }
  }

  /**
   * Serves connections the guest opens to {@code hostPort}, until the result is closed; connections
   * already open live on. Any thread.
   *
   * @param hostPort unsigned
   * @throws BindException if somebody listens there already
   */
  public VsockListener listen(int hostPort, VsockHandler handler) throws BindException {
    if (!listeners.add(hostPort, handler)) {
      throw new BindException(
          "vsock: host port " + Integer.toUnsignedString(hostPort) + " is in use");
    }
    return () -> listeners.remove(hostPort, handler);
  }

  /**
   * Ends all connections and tells the guest that they are gone: after a restore its driver knows
   * connections that no longer exist. Any thread; does not wait.
   *
   * <p>No packet passes, either way, until the driver gives an event buffer back, which it does
   * when it has ended its connections: it would end a new one with them.
   */
  public void resetTransport() {
    abortAll("the machine was restored");
    transportReset = true;
    doorbell.ring();
  }

  /** Ends all connections and refuses new ones: the machine is gone. Any thread; idempotent. */
  @Override
  public void close() {
    closed = true;
    abortAll("the machine is closed");
  }

  @Override
  public int deviceType() {
    return DEVICE_TYPE;
  }

  @Override
  public String name() {
    return "vsock";
  }

  @Override
  public long deviceFeatures() {
    return F_STREAM;
  }

  @Override
  public List<Integer> queueSizesMax() {
    return List.of(Limits.VSOCK_QUEUE_SIZE, Limits.VSOCK_QUEUE_SIZE, Limits.VSOCK_EVENT_QUEUE_SIZE);
  }

  /** §5.10.4: guest_cid. */
  @Override
  public byte[] configSpace() {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(guestCid).array();
  }

  @Override
  public Map<String, Long> metrics() {
    return metrics.values();
  }

  @Override
  public void activate(Activation activation) {
    receive = activation.queues().get(RECEIVE_QUEUE);
    transmit = activation.queues().get(TRANSMIT_QUEUE);
    event = activation.queues().get(EVENT_QUEUE);
    // A connect may be waiting for the driver already.
    doorbell.ring();
  }

  @Override
  public boolean process() {
    return resetIsHeard() && packets.process(receive, transmit);
  }

  @Override
  public boolean settle() {
    packets.settle(transmit);
    return true;
  }

  @Override
  public DeviceState save() {
    return new VsockState(guestCid);
  }

  /**
   * Begins with a transport reset: the other ends of the guest's connections are elsewhere, and its
   * driver has to learn its address, which may be another.
   */
  @Override
  public void restore(DeviceState state) {
    if (!(state instanceof VsockState)) {
      throw new DeviceStateException(name(), "it is not of a socket device: " + state);
    }
    resetTransport();
  }

  @Override
  public void reset() {
    receive = Virtqueue.unused();
    transmit = Virtqueue.unused();
    event = Virtqueue.unused();
    transportReset = false;
    unheardReset = HEARD;
    abortAll("the guest reset its vsock device");
    packets.clear();
  }

  /** Puts the reset, if one is due, into an event buffer, and waits for the guest to act on it. */
  private boolean resetIsHeard() {
    if (transportReset && event.isReady()) {
      DescriptorChain chain = event.poll();
      if (chain == null) {
        // Asks to hear of the next buffer; if one has just come, looks again at once.
        chain = event.finish() ? event.poll() : null;
      }
      if (chain == null) {
        return false;
      }
      transportReset = false;
      ChainWriter writer = chain.writer();
      if (writer.remaining() >= EVENT_BYTES) {
        writer.putU32(EVENT_TRANSPORT_RESET);
      }
      // Counted before the guest can know: it may give the buffer back at once.
      unheardReset = event.finishBeyond();
      event.addUsed(chain, writer.position());
    }
    if (unheardReset != HEARD && event.finishBeyond() > unheardReset) {
      unheardReset = HEARD;
    }
    return unheardReset == HEARD;
  }

  /** A connect the guest has not heard of outlives what the guest does to its device. */
  private void abortAll(String why) {
    for (VsockConnection connection : table.take(c -> closed || !c.isUntold())) {
      connection.abort(why);
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("vsock: the machine is closed");
    }
  }
}
