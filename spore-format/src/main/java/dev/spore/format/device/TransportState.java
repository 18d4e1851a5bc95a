package dev.spore.format.device;

import java.util.List;

/**
 * The registers of one virtio device behind the MMIO transport (virtio 1.2 §4.2.2), whatever window
 * it sits in. What the driver wrote is kept as written, even where it makes no sense: a driver in
 * the middle of its set-up finds every register as it left it.
 *
 * @param deviceType virtio device type (§5), 1 to 65535
 * @param status device status (§2.1), 0 to 255
 * @param featuresAccepted DriverFeatures, windows 0 and 1: any 64 bits until FEATURES_OK
 * @param unknownFeaturesAccepted whether the driver set a bit in a window beyond those
 * @param deviceFeaturesSel DeviceFeaturesSel, 0 to 2^32-1
 * @param driverFeaturesSel DriverFeaturesSel, 0 to 2^32-1
 * @param queueSel QueueSel, 0 to 2^32-1
 * @param interruptStatus InterruptStatus: 0 to 3
 * @param configGeneration ConfigGeneration as the driver saw it last, 0 to 2^32-1
 * @param queues in order of their index, at most {@link #QUEUES_MAX}
 */
public record TransportState(
    int deviceType,
    int status,
    long featuresAccepted,
    boolean unknownFeaturesAccepted,
    long deviceFeaturesSel,
    long driverFeaturesSel,
    long queueSel,
    int interruptStatus,
    long configGeneration,
    List<QueueState> queues) {
  /** Queues of one device: more than any device of this format has. */
  public static final int QUEUES_MAX = 16;

  private static final int TYPE_MAX = 0xffff;
  private static final int STATUS_MAX = 0xff;
  private static final int INTERRUPT_MAX = 3;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the field that is out of range
   */
  public TransportState {
    Ranges.require("virtio device type", deviceType, 1, TYPE_MAX);
    Ranges.require("device status", status, 0, STATUS_MAX);
    Ranges.require("device_features_sel", deviceFeaturesSel, 0, Ranges.U32_MAX);
    Ranges.require("driver_features_sel", driverFeaturesSel, 0, Ranges.U32_MAX);
    Ranges.require("queue_sel", queueSel, 0, Ranges.U32_MAX);
    Ranges.require("interrupt status", interruptStatus, 0, INTERRUPT_MAX);
    Ranges.require("config_generation", configGeneration, 0, Ranges.U32_MAX);
    Ranges.require("number of queues", queues.size(), 0, QUEUES_MAX);
    queues = List.copyOf(queues);
  }
}
