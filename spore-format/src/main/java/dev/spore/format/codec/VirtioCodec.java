package dev.spore.format.codec;

import dev.spore.format.FormatException;
import dev.spore.format.device.BlkState;
import dev.spore.format.device.ConsoleState;
import dev.spore.format.device.DeviceState;
import dev.spore.format.device.QueueState;
import dev.spore.format.device.RngState;
import dev.spore.format.device.TransportState;
import dev.spore.format.device.VirtioState;
import dev.spore.format.device.VsockState;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import dev.spore.format.state.DeviceSlot;

/** Virtio devices. */
final class VirtioCodec {
  private static final int CONSOLE = 3;
  private static final int BLK = 2;
  private static final int RNG = 4;
  private static final int VSOCK = 19;

  /** GET_ID answers no more (virtio 1.2 §5.2.6.2). */
  private static final int DISK_ID_BYTES_MAX = 20;

  private VirtioCodec() {}

  static DeviceSlot readSlot(JsonIn in) {
    int slot = in.integer("slot");
    TransportState transport = VirtioCodec.readTransport(in.object("transport"));
    DeviceState device =
        switch (transport.deviceType()) {
          case BLK -> VirtioCodec.readBlk(in.object("device"));
          case CONSOLE -> VirtioCodec.readConsole(in.object("device"));
          case RNG -> VirtioCodec.readRng(in.object("device"));
          case VSOCK -> VirtioCodec.readVsock(in.object("device"));
          default ->
              throw in.fail(
                  FormatException.Code.INVALID,
                  "has a virtio device of type %d, which this format does not know"
                      .formatted(transport.deviceType()));
        };
    return in.end(new DeviceSlot(slot, new VirtioState(transport, device)));
  }

  static void writeSlot(JsonOut out, DeviceSlot v) {
    out.number("slot", v.slot());
    out.object("transport", v.state().transport(), VirtioCodec::writeTransport);
    switch (v.state().device()) {
      case BlkState blk -> out.object("device", blk, VirtioCodec::writeBlk);
      case ConsoleState console -> out.object("device", console, VirtioCodec::writeConsole);
      case RngState rng -> out.object("device", rng, VirtioCodec::writeRng);
      case VsockState vsock -> out.object("device", vsock, VirtioCodec::writeVsock);
    }
  }

  private static QueueState readQueue(JsonIn in) {
    return in.end(
        new QueueState(
            in.number("size"),
            in.flag("ready"),
            in.hex64("descriptor_gpa"),
            in.hex64("driver_gpa"),
            in.hex64("device_gpa"),
            in.integer("next_avail"),
            in.integer("next_used")));
  }

  private static void writeQueue(JsonOut out, QueueState v) {
    out.number("size", v.size());
    out.flag("ready", v.ready());
    out.hex64("descriptor_gpa", v.descriptorGpa());
    out.hex64("driver_gpa", v.driverGpa());
    out.hex64("device_gpa", v.deviceGpa());
    out.number("next_avail", v.nextAvail());
    out.number("next_used", v.nextUsed());
  }

  private static TransportState readTransport(JsonIn in) {
    return in.end(
        new TransportState(
            in.integer("device_type"),
            in.integer("status"),
            in.hex64("features_accepted"),
            in.flag("unknown_features_accepted"),
            in.u32("device_features_sel"),
            in.u32("driver_features_sel"),
            in.u32("queue_sel"),
            in.integer("interrupt_status"),
            in.u32("config_generation"),
            in.list("queues", TransportState.QUEUES_MAX, VirtioCodec::readQueue)));
  }

  private static void writeTransport(JsonOut out, TransportState v) {
    out.number("device_type", v.deviceType());
    out.number("status", v.status());
    out.hex64("features_accepted", v.featuresAccepted());
    out.flag("unknown_features_accepted", v.unknownFeaturesAccepted());
    out.hex32("device_features_sel", v.deviceFeaturesSel());
    out.hex32("driver_features_sel", v.driverFeaturesSel());
    out.hex32("queue_sel", v.queueSel());
    out.number("interrupt_status", v.interruptStatus());
    out.hex32("config_generation", v.configGeneration());
    out.list("queues", v.queues(), VirtioCodec::writeQueue);
  }

  private static BlkState readBlk(JsonIn in) {
    return in.end(
        new BlkState(
            in.text("id", DISK_ID_BYTES_MAX),
            in.number("size_bytes"),
            in.integer("block_size_bytes"),
            in.flag("read_only")));
  }

  private static void writeBlk(JsonOut out, BlkState v) {
    out.text("id", v.id());
    out.number("size_bytes", v.sizeBytes());
    out.number("block_size_bytes", v.blockSizeBytes());
    out.flag("read_only", v.readOnly());
  }

  private static ConsoleState readConsole(JsonIn in) {
    return in.end(new ConsoleState(in.integer("columns"), in.integer("rows")));
  }

  private static void writeConsole(JsonOut out, ConsoleState v) {
    out.number("columns", v.columns());
    out.number("rows", v.rows());
  }

  private static RngState readRng(JsonIn in) {
    return in.end(new RngState());
  }

  private static void writeRng(JsonOut out, RngState v) {
    // An empty object: there is nothing to keep.
  }

  private static VsockState readVsock(JsonIn in) {
    return in.end(new VsockState(in.number("guest_cid")));
  }

  private static void writeVsock(JsonOut out, VsockState v) {
    out.number("guest_cid", v.guestCid());
  }
}
