package dev.spore.format.manifest;

import dev.spore.format.FormatException;
import dev.spore.format.FormatLimits;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;

/** What a spore needs of a host, and what it was made of. */
final class HostCodec {
  private static final int REGISTER_BYTES = 3;

  private HostCodec() {}

  static HostNeeds readHost(JsonIn in) {
    return in.end(
        new HostNeeds(
            in.text("cpu_vendor", HostNeeds.VENDOR_CHARS),
            in.integer("tsc_khz"),
            in.hex64("xcr0"),
            in.list("features", FormatLimits.FEATURE_NEEDS_MAX, HostCodec::readFeature),
            in.texts("quirks", FormatLimits.QUIRKS_MAX, FormatLimits.NAME_CHARS_MAX)));
  }

  static void writeHost(JsonOut out, HostNeeds v) {
    out.text("cpu_vendor", v.cpuVendor());
    out.number("tsc_khz", v.tscKhz());
    out.hex64("xcr0", v.xcr0());
    out.list("features", v.features(), HostCodec::writeFeature);
    out.texts("quirks", v.quirks());
  }

  static GuestImages readImages(JsonIn in) {
    return in.end(
        new GuestImages(
            HostCodec.readFile(in.object("kernel")),
            in.objectOrNull("initrd", HostCodec::readFile),
            in.objectOrNull("agent", HostCodec::readAgent)));
  }

  static void writeImages(JsonOut out, GuestImages v) {
    out.object("kernel", v.kernel(), HostCodec::writeFile);
    out.objectOrNull("initrd", v.initrd(), HostCodec::writeFile);
    out.objectOrNull("agent", v.agent(), HostCodec::writeAgent);
  }

  static Board readBoard(JsonIn in) {
    return in.end(
        new Board(
            in.text("name", FormatLimits.NAME_CHARS_MAX),
            in.integer("version"),
            in.list("memory", FormatLimits.MEMORY_REGIONS_MAX, HostCodec::readRegion),
            in.integer("vcpus"),
            in.integer("slots")));
  }

  static void writeBoard(JsonOut out, Board v) {
    out.text("name", v.name());
    out.number("version", v.version());
    out.list("memory", v.memory(), HostCodec::writeRegion);
    out.number("vcpus", v.vcpus());
    out.number("slots", v.slots());
  }

  static FileIdentity readFile(JsonIn in) {
    return in.end(new FileIdentity(Ids.read(in, "digest"), in.number("size_bytes")));
  }

  static void writeFile(JsonOut out, FileIdentity v) {
    Ids.write(out, "digest", v.digest());
    out.number("size_bytes", v.sizeBytes());
  }

  private static FeatureNeed readFeature(JsonIn in) {
    return in.end(
        new FeatureNeed(in.u32("function"), in.u32("subleaf"), readRegister(in), in.hex32("bits")));
  }

  private static void writeFeature(JsonOut out, FeatureNeed v) {
    out.hex32("function", v.function());
    out.hex32("subleaf", v.subleaf());
    out.text("register", v.register().id());
    out.hex32("bits", v.bits());
  }

  private static FeatureNeed.Register readRegister(JsonIn in) {
    String id = in.text("register", REGISTER_BYTES);
    for (FeatureNeed.Register register : FeatureNeed.Register.values()) {
      if (register.id().equals(id)) {
        return register;
      }
    }
    throw in.fail(FormatException.Code.INVALID, "has an unknown register");
  }

  private static AgentIdentity readAgent(JsonIn in) {
    return in.end(new AgentIdentity(HostCodec.readFile(in.object("file")), in.integer("protocol")));
  }

  private static void writeAgent(JsonOut out, AgentIdentity v) {
    out.object("file", v.file(), HostCodec::writeFile);
    out.number("protocol", v.protocol());
  }

  private static MemoryRegion readRegion(JsonIn in) {
    return in.end(new MemoryRegion(in.hex64("gpa"), in.number("size_bytes")));
  }

  private static void writeRegion(JsonOut out, MemoryRegion v) {
    out.hex64("gpa", v.gpa());
    out.number("size_bytes", v.sizeBytes());
  }
}
