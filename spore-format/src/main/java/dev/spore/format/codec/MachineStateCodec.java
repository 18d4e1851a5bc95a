package dev.spore.format.codec;

import dev.spore.format.FormatException;
import dev.spore.format.FormatLimits;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import dev.spore.format.state.Activity;
import dev.spore.format.state.MachineState;
import dev.spore.format.state.MsrInventory;
import dev.spore.format.state.VcpuState;
import java.util.OptionalLong;

/** The member {@code machine} of a manifest. */
public final class MachineStateCodec {
  private static final int ACTIVITY_BYTES_MAX = 32;

  private MachineStateCodec() {}

  /** Reads the members of a machine's state. */
  public static MachineState read(JsonIn in) {
    return in.end(
        new MachineState(
            VmCodec.readVm(in.object("vm")),
            in.list("vcpus", FormatLimits.VCPUS_MAX, MachineStateCodec::readVcpu),
            in.list("devices", FormatLimits.DEVICES_MAX, VirtioCodec::readSlot)));
  }

  /** Writes the members of a machine's state. */
  public static void write(JsonOut out, MachineState v) {
    out.object("vm", v.vm(), VmCodec::writeVm);
    out.list("vcpus", v.vcpus(), MachineStateCodec::writeVcpu);
    out.list("devices", v.devices(), VirtioCodec::writeSlot);
  }

  private static VcpuState readVcpu(JsonIn in) {
    return in.end(
        new VcpuState(
            in.integer("index"),
            in.integer("tsc_khz"),
            readActivity(in),
            RegisterCodec.readGeneral(in.object("registers")),
            RegisterCodec.readSegments(in.object("segments")),
            RegisterCodec.readControls(in.object("controls")),
            readPendingInterrupt(in),
            in.list("extended_controls", FormatLimits.XCRS_MAX, RegisterCodec::readExtended),
            RegisterCodec.readXsave(in.object("xsave")),
            in.list("msrs", MsrInventory.size(), RegisterCodec::readMsr),
            InterruptCodec.readLapic(in.object("lapic")),
            InterruptCodec.readEvents(in.object("events")),
            RegisterCodec.readDebug(in.object("debug"))));
  }

  private static void writeVcpu(JsonOut out, VcpuState v) {
    out.number("index", v.index());
    out.number("tsc_khz", v.tscKhz());
    out.text("activity", v.activity().id());
    out.object("registers", v.registers(), RegisterCodec::writeGeneral);
    out.object("segments", v.segments(), RegisterCodec::writeSegments);
    out.object("controls", v.controls(), RegisterCodec::writeControls);
    out.numberOrNull("pending_interrupt", pendingInterrupt(v));
    out.list("extended_controls", v.extendedControls(), RegisterCodec::writeExtended);
    out.object("xsave", v.xsave(), RegisterCodec::writeXsave);
    out.list("msrs", v.msrs(), RegisterCodec::writeMsr);
    out.object("lapic", v.lapic(), InterruptCodec::writeLapic);
    out.object("events", v.events(), InterruptCodec::writeEvents);
    out.object("debug", v.debug(), RegisterCodec::writeDebug);
  }

  private static Activity readActivity(JsonIn in) {
    String id = in.text("activity", ACTIVITY_BYTES_MAX);
    for (Activity activity : Activity.values()) {
      if (activity.id().equals(id)) {
        return activity;
      }
    }
    throw in.fail(FormatException.Code.INVALID, "has an unknown activity");
  }

  private static int readPendingInterrupt(JsonIn in) {
    OptionalLong vector = in.numberOrNull("pending_interrupt");
    if (vector.orElse(0) > 255) {
      throw in.fail(FormatException.Code.INVALID, "has a pending_interrupt above 255");
    }
    return vector.isPresent() ? (int) vector.getAsLong() : VcpuState.NO_INTERRUPT;
  }

  private static OptionalLong pendingInterrupt(VcpuState v) {
    return v.pendingInterrupt() == VcpuState.NO_INTERRUPT
        ? OptionalLong.empty()
        : OptionalLong.of(v.pendingInterrupt());
  }
}
