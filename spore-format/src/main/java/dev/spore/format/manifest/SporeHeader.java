package dev.spore.format.manifest;

import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;

/**
 * The first members of a manifest, the same in every version there will ever be, so that a refusal
 * can say what it refuses.
 *
 * @param version of the format, 1 to 2^31-1
 * @param writer version of the program that wrote it
 */
public record SporeHeader(int version, String writer) {
  /** The version this module reads and writes. */
  public static final int VERSION = 1;

  private static final String FORMAT = "spore";

  /**
   * Reads the header and nothing after it.
   *
   * @param manifest a whole manifest of any version
   * @throws FormatException INVALID or TRUNCATED if it does not begin like a manifest
   */
  public static SporeHeader read(byte[] manifest) {
    return new JsonIn(ManifestCodec.FILE, manifest).start(SporeHeader::read);
  }

  /**
   * Checks that this module can read the rest.
   *
   * @throws FormatException UNKNOWN_VERSION if it cannot
   */
  public void requireKnown() {
    if (version != VERSION) {
      throw new FormatException(
          Code.UNKNOWN_VERSION,
          ManifestCodec.FILE,
          "written by spore %s in format %d; this spore reads format %d: use a spore that reads format %d"
              .formatted(writer, version, VERSION, version));
    }
  }

  static SporeHeader read(JsonIn in) {
    if (!in.text("format", FormatLimits.WRITER_BYTES_MAX).equals(FORMAT)) {
      throw in.fail(Code.INVALID, "is not the manifest of a spore");
    }
    int version = in.integer("version");
    if (version == 0) {
      throw in.fail(Code.INVALID, "has version 0, which never was");
    }
    return new SporeHeader(version, in.text("writer", FormatLimits.WRITER_BYTES_MAX));
  }

  static void write(JsonOut out, String writer) {
    out.text("format", FORMAT);
    out.number("version", VERSION);
    out.text("writer", writer);
  }
}
