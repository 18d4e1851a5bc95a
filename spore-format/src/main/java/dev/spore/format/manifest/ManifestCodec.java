package dev.spore.format.manifest;

import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import dev.spore.format.codec.MachineStateCodec;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import java.util.Map;
import java.util.SortedMap;

/**
 * Manifests as bytes (docs/spore-format.md). There is exactly one byte string for each manifest:
 * what {@link #parse} accepts, {@link #encode} gives again.
 */
public final class ManifestCodec {
  /** Name of the file in a spore's directory. */
  public static final String FILE = "manifest.json";

  private ManifestCodec() {}

  /**
   * Reads a manifest.
   *
   * @throws FormatException if {@code bytes} are anything but a manifest of this version
   */
  public static Manifest parse(byte[] bytes) {
    if (bytes.length > FormatLimits.MANIFEST_BYTES_MAX) {
      throw new FormatException(
          Code.TOO_LARGE,
          FILE,
          "%d bytes, above %d".formatted(bytes.length, FormatLimits.MANIFEST_BYTES_MAX));
    }
    SporeHeader.read(bytes).requireKnown();
    return new JsonIn(FILE, bytes).document(ManifestCodec::read);
  }

  /**
   * The bytes of {@code manifest}.
   *
   * @throws FormatException TOO_LARGE if there are more than a manifest may have
   */
  public static byte[] encode(Manifest manifest) {
    byte[] bytes = new JsonOut().document(manifest, ManifestCodec::write);
    if (bytes.length > FormatLimits.MANIFEST_BYTES_MAX) {
      throw new FormatException(
          Code.TOO_LARGE,
          FILE,
          "%d bytes, above %d".formatted(bytes.length, FormatLimits.MANIFEST_BYTES_MAX));
    }
    return bytes;
  }

  private static Manifest read(JsonIn in) {
    SporeHeader header = SporeHeader.read(in);
    return in.end(
        new Manifest(
            header.writer(),
            in.number("created_nanos"),
            HostCodec.readHost(in.object("host")),
            HostCodec.readImages(in.object("images")),
            HostCodec.readBoard(in.object("board")),
            in.text("command_line", FormatLimits.COMMAND_LINE_BYTES_MAX),
            MachineStateCodec.read(in.object("machine")),
            ContentCodec.readGeneration(in.object("generation")),
            ContentCodec.readMemory(in.object("memory")),
            in.list("disks", FormatLimits.DEVICES_MAX, ContentCodec::readDisk),
            in.list("sessions", FormatLimits.SESSIONS_MAX, ContentCodec::readSession),
            ManifestCodec.readAnnotations(in.object("annotations"))));
  }

  private static void write(JsonOut out, Manifest v) {
    SporeHeader.write(out, v.writer());
    out.number("created_nanos", v.createdNanos());
    out.object("host", v.host(), HostCodec::writeHost);
    out.object("images", v.images(), HostCodec::writeImages);
    out.object("board", v.board(), HostCodec::writeBoard);
    out.text("command_line", v.commandLine());
    out.object("machine", v.machine(), MachineStateCodec::write);
    out.object("generation", v.generation(), ContentCodec::writeGeneration);
    out.object("memory", v.memory(), ContentCodec::writeMemory);
    out.list("disks", v.disks(), ContentCodec::writeDisk);
    out.list("sessions", v.sessions(), ContentCodec::writeSession);
    out.object("annotations", v.annotations(), ManifestCodec::writeAnnotations);
  }

  private static SortedMap<String, String> readAnnotations(JsonIn in) {
    SortedMap<String, String> annotations = Manifest.sorted(Map.of());
    String key = in.anyName(FormatLimits.ANNOTATION_BYTES_MAX);
    while (key != null) {
      boolean rising =
          annotations.isEmpty() || Manifest.KEY_ORDER.compare(annotations.lastKey(), key) < 0;
      if (!rising) {
        throw in.fail(Code.INVALID, "has keys that are not in rising order");
      }
      annotations.put(key, in.anyText(FormatLimits.ANNOTATION_BYTES_MAX));
      key = in.anyName(FormatLimits.ANNOTATION_BYTES_MAX);
    }
    return in.end(annotations);
  }

  private static void writeAnnotations(JsonOut out, SortedMap<String, String> v) {
    v.forEach(out::text);
  }
}
