package dev.spore.virtio;

import dev.spore.format.device.DeviceState;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.Virtqueue;
import java.util.List;
import java.util.Map;

/**
 * One virtio device behind the MMIO transport.
 *
 * <p>The transport serialises {@link #activate}, {@link #process}, {@link #settle}, {@link #save},
 * {@link #restore} and {@link #reset}: no two of them ever run at once, so a device needs no lock
 * for its queue state. {@link #process} runs on the device thread; {@link #activate} and {@link
 * #reset} on the vCPU thread that wrote the status register; the rest on the thread that saves or
 * restores the machine. {@link #configSpace}, {@link #configGeneration} and {@link #writeConfig}
 * run on vCPU threads at any time beside them, and must not wait for device I/O.
 *
 * <p>A host event (input for the guest, a new size) is left where {@link #process} finds it, then
 * the device rings the {@link Doorbell} it shares with its transport.
 */
public interface VirtioDevice {
  /** Virtio device type (virtio 1.2 §5), for example 2 for a block device. */
  int deviceType();

  /** Short name for messages and metrics, for example {@code blk}. */
  String name();

  /** Device-specific feature bits offered; the transport adds VERSION_1 and the ring features. */
  long deviceFeatures();

  /** QueueNumMax of each queue, a power of two each; the list's size is the number of queues. */
  List<Integer> queueSizesMax();

  /** The device's configuration space as it is now, little-endian; never longer than 256 bytes. */
  byte[] configSpace();

  /**
   * Changes whenever {@link #configSpace()} does, at the same instant. The transport shows it as
   * ConfigGeneration (virtio 1.2 §2.5.3) and, after the doorbell, tells the driver.
   */
  default int configGeneration() {
    return 0;
  }

  /**
   * The driver wrote to the configuration space. Devices without writable fields ignore it.
   *
   * @param offset byte offset, already checked against {@link #configSpace()}
   * @param widthBytes 1, 2 or 4
   */
  default void writeConfig(int offset, int widthBytes, long value) {}

  /**
   * DRIVER_OK was set: from now on the device may use its queues.
   *
   * <p>There is one queue per {@link #queueSizesMax()} entry; a queue the driver left unused is not
   * ready ({@link Virtqueue#isReady()}).
   */
  void activate(Activation activation);

  /**
   * Serves whatever is waiting, within a bound of its own, then returns. Called only between {@link
   * #activate} and {@link #reset}.
   *
   * <p>A {@code QueueException} or {@code GuestMemoryException} that leaves it is the guest's
   * fault: the transport sets DEVICE_NEEDS_RESET and calls no more until the reset.
   *
   * @return true when work was left over: the device thread calls again without waiting
   */
  boolean process();

  /**
   * Brings the device between two requests: ends what it is in the middle of, begins nothing.
   * Called between {@link #activate} and {@link #reset}; what it throws is treated as by {@link
   * #process}.
   *
   * @return true once no chain is in flight; else it is called again
   */
  default boolean settle() {
    return true;
  }

  /** What this device adds to its registers; nothing is in flight. */
  DeviceState save();

  /**
   * Takes {@code state} over in a device not activated yet; the driver that is activated next knows
   * the device from before.
   *
   * @param state of this device's type, otherwise untrusted
   * @throws DeviceStateException if a driver that knew {@code state} could not use this device
   */
  void restore(DeviceState state);

  /** Counters by name, for people and tests; any thread. */
  default Map<String, Long> metrics() {
    return Map.of();
  }

  /**
   * Forgets queues and in-flight requests; the host end of the device stays open. Once it returns
   * the device touches no guest memory: the driver uses it for something else.
   */
  void reset();

  /**
   * What a device gets at DRIVER_OK.
   *
   * @param features the bits both sides accepted
   */
  record Activation(GuestMemory memory, List<Virtqueue> queues, long features) {
    public Activation {
      queues = List.copyOf(queues);
    }

    /** Whether feature bit {@code bit} (0 to 63) was negotiated. */
    public boolean has(int bit) {
      return (features >>> bit & 1) != 0;
    }
  }
}
