package dev.spore.virtio.mmio;

import dev.spore.format.device.VirtioState;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.QueueDoorbell;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.Residency;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.Virtqueue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/**
 * A guest that drives one device through its registers as Linux does: RAM, transport, interrupt
 * line and the driver's end of every ring. Rings lie from {@link #RINGS_GPA} on; {@link
 * #BUFFERS_GPA} and above is the test's to use. Serves the device on the caller's thread.
 */
public final class GuestDriver {
  public static final long RINGS_GPA = 0x1_0000;
  public static final long BUFFERS_GPA = 0x8_0000;
  public static final int RAM_BYTES = 16 << 20;
  public static final int QUEUE_SIZE = 64;

  /** Features a careful driver takes of the transport. */
  public static final long MODERN =
      1L << MmioTransport.F_VERSION_1
          | 1L << Virtqueue.F_EVENT_IDX
          | 1L << Virtqueue.F_INDIRECT_DESC;

  /** The least a driver must take. */
  public static final long PLAIN = 1L << MmioTransport.F_VERSION_1;

  private static final long RING_STRIDE = 0x4000;

  private final GuestMemory memory;
  private final Doorbell doorbell = new QueueDoorbell();
  private final FakeInterrupt interrupt = new FakeInterrupt();
  private final MmioTransport transport;
  private final List<RingDriver> rings = new ArrayList<>();

  /**
   * @param device made with the doorbell it is given
   */
  public GuestDriver(Function<Doorbell, VirtioDevice> device) {
    this(device, GuestMemory.ofSingle(ram()));
  }

  private GuestDriver(Function<Doorbell, VirtioDevice> device, GuestMemory memory) {
    this.memory = memory;
    transport = new MmioTransport(device.apply(doorbell), memory, interrupt, doorbell);
  }

  private static MemorySegment ram() {
    return Arena.ofAuto().allocate(RAM_BYTES, GuestMemory.PAGE_BYTES);
  }

  /**
   * This guest on another machine: a copy of its memory, a device that has not been restored, and a
   * driver that goes on where this one is.
   */
  public GuestDriver copy(Function<Doorbell, VirtioDevice> device) {
    MemorySegment copy = ram();
    copy.copyFrom(memory.regions().getFirst().bytes());
    return onto(GuestMemory.ofSingle(copy), device);
  }

  /** As {@link #copy}, with every page absent until it is asked for. */
  public GuestDriver lazyCopy(Function<Doorbell, VirtioDevice> device) {
    MemorySegment source = ram();
    source.copyFrom(memory.regions().getFirst().bytes());
    MemorySegment target = ram();
    BitSet present = new BitSet();
    Residency residency =
        (region, offset, length) -> {
          int page = GuestMemory.PAGE_BYTES;
          int last = (int) ((offset + length - 1) / page);
          synchronized (present) {
            for (int i = (int) (offset / page); i <= last; i++) {
              if (!present.get(i)) {
                present.set(i);
                MemorySegment.copy(source, (long) i * page, target, (long) i * page, page);
              }
            }
          }
        };
    return onto(GuestMemory.of(List.of(new GuestMemory.Region(0, target)), residency), device);
  }

  private GuestDriver onto(GuestMemory copy, Function<Doorbell, VirtioDevice> device) {
    GuestDriver other = new GuestDriver(device, copy);
    rings.forEach(ring -> other.rings.add(ring.in(copy)));
    return other;
  }

  /** Saves this guest, which goes on, and gives {@code copy} its state; both serve again. */
  public VirtioState handOver(GuestDriver copy) {
    VirtioState state = save();
    copy.transport.restore(state);
    copy.transport.resume();
    transport.resume();
    return state;
  }

  /** Brings the device to rest and saves it. */
  public VirtioState save() {
    rest();
    return transport.save();
  }

  public void rest() {
    try {
      transport.quiesce(Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public GuestMemory memory() {
    return memory;
  }

  public MmioTransport transport() {
    return transport;
  }

  public FakeInterrupt interrupt() {
    return interrupt;
  }

  public RingDriver ring(int queue) {
    return rings.get(queue);
  }

  public int load(int register) {
    return (int) transport.read(register, 4);
  }

  public void store(int register, int value) {
    transport.write(register, 4, value);
  }

  public int status() {
    return load(Registers.STATUS);
  }

  public boolean needsReset() {
    return (status() & DeviceStatus.NEEDS_RESET) != 0;
  }

  /** Feature bits the device offers. */
  public long offered() {
    store(Registers.DEVICE_FEATURES_SEL, 0);
    long low = Integer.toUnsignedLong(load(Registers.DEVICE_FEATURES));
    store(Registers.DEVICE_FEATURES_SEL, 1);
    return low | (long) load(Registers.DEVICE_FEATURES) << 32;
  }

  /** Brings the device up with every queue; takes all it offers. */
  public GuestDriver start() {
    return start(offered());
  }

  /** Brings the device up with every queue at {@link #QUEUE_SIZE}, or less if it must be. */
  public GuestDriver start(long features) {
    negotiate(features);
    rings.clear();
    for (int q = 0; q < transport.device().queueSizesMax().size(); q++) {
      int size = Math.min(QUEUE_SIZE, transport.device().queueSizesMax().get(q));
      RingDriver ring = RingDriver.at(memory, RINGS_GPA + q * RING_STRIDE, size);
      memory.fill(RINGS_GPA + q * RING_STRIDE, RING_STRIDE, (byte) 0);
      rings.add(ring);
      configure(q, ring.layout());
    }
    return driverOk();
  }

  /** Reset to FEATURES_OK (§3.1.1), as far as the device agrees. */
  public GuestDriver negotiate(long features) {
    store(Registers.STATUS, 0);
    store(Registers.STATUS, DeviceStatus.ACKNOWLEDGE);
    store(Registers.STATUS, DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
    store(Registers.DRIVER_FEATURES_SEL, 0);
    store(Registers.DRIVER_FEATURES, (int) features);
    store(Registers.DRIVER_FEATURES_SEL, 1);
    store(Registers.DRIVER_FEATURES, (int) (features >>> 32));
    store(Registers.STATUS, status() | DeviceStatus.FEATURES_OK);
    return this;
  }

  public void configure(int queue, QueueLayout layout) {
    store(Registers.QUEUE_SEL, queue);
    store(Registers.QUEUE_NUM, layout.size());
    store(Registers.QUEUE_DESC_LOW, (int) layout.descriptorGpa());
    store(Registers.QUEUE_DESC_HIGH, (int) (layout.descriptorGpa() >>> 32));
    store(Registers.QUEUE_DRIVER_LOW, (int) layout.driverGpa());
    store(Registers.QUEUE_DRIVER_HIGH, (int) (layout.driverGpa() >>> 32));
    store(Registers.QUEUE_DEVICE_LOW, (int) layout.deviceGpa());
    store(Registers.QUEUE_DEVICE_HIGH, (int) (layout.deviceGpa() >>> 32));
    store(Registers.QUEUE_READY, 1);
  }

  /** Leaves queue 0 ready and outside RAM. */
  public GuestDriver configureNothingRight() {
    configure(0, new QueueLayout(QUEUE_SIZE, -16, -2, -4));
    return this;
  }

  public GuestDriver driverOk() {
    store(Registers.STATUS, status() | DeviceStatus.DRIVER_OK);
    return this;
  }

  /** Notifies queue {@code queue} and serves until the device has nothing left. */
  public void kick(int queue) {
    store(Registers.QUEUE_NOTIFY, queue);
    serve();
  }

  /** Serves until the device has nothing left. */
  public void serve() {
    while (transport.service()) {
      Thread.onSpinWait();
    }
  }

  /** Reads and acknowledges InterruptStatus, as an interrupt handler does. */
  public int handleInterrupt() {
    int status = load(Registers.INTERRUPT_STATUS);
    store(Registers.INTERRUPT_ACK, status);
    return status;
  }
}
