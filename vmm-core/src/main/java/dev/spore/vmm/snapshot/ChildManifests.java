package dev.spore.vmm.snapshot;

import dev.spore.format.FormatException;
import dev.spore.format.manifest.Generation;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.Version;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;

/**
 * The manifests of the children of one fork. They differ in one number, so one of them is encoded,
 * with a mark where the number goes: a mark of digits and letters, for which the canonical form has
 * no escapes, and as unguessable as the batch it is made of.
 */
final class ChildManifests {
  private final byte[] before;
  private final byte[] after;

  private ChildManifests(byte[] before, byte[] after) {
    this.before = before;
    this.after = after;
  }

  /**
   * Prepares them.
   *
   * @param batch as in {@link ForkRecord}
   * @param mark nobody can have put into the source
   * @throws SporeException object.invalid if the source has no room for what its children add
   */
  static ChildManifests of(Spore source, String batch, int count, String mark) {
    byte[] encoded;
    try {
      encoded = ManifestCodec.encode(child(source, batch, count, mark));
    } catch (IllegalArgumentException | FormatException e) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          "spore %s cannot have children: %s".formatted(source.directory(), e.getMessage()),
          e);
    }
    byte[] sought = mark.getBytes(StandardCharsets.US_ASCII);
    int at = indexOf(encoded, sought, 0);
    if (at < 0 || indexOf(encoded, sought, at + 1) >= 0) {
      throw new IllegalStateException("the mark is not in the manifest once");
    }
    return new ChildManifests(
        Arrays.copyOf(encoded, at),
        Arrays.copyOfRange(encoded, at + sought.length, encoded.length));
  }

  private static Manifest child(Spore source, String batch, int count, String mark) {
    Manifest from = source.manifest();
    SortedMap<String, String> annotations = Manifest.sorted(from.annotations());
    annotations.put(ForkRecord.BATCH, batch);
    annotations.put(ForkRecord.COUNT, Integer.toString(count));
    annotations.put(ForkRecord.INDEX, mark);
    return new Manifest(
        Version.NUMBER,
        from.createdNanos(),
        from.host(),
        from.images(),
        from.board(),
        from.commandLine(),
        from.machine(),
        new Generation(from.generation().number() + 1, source.id(), from.generation().lineage()),
        from.memory(),
        from.disks(),
        from.sessions(),
        annotations);
  }

  /** The manifest of child {@code index}. */
  byte[] of(int index) {
    byte[] number = Integer.toString(index).getBytes(StandardCharsets.US_ASCII);
    byte[] manifest = Arrays.copyOf(before, before.length + number.length + after.length);
    System.arraycopy(number, 0, manifest, before.length, number.length);
    System.arraycopy(after, 0, manifest, before.length + number.length, after.length);
    return manifest;
  }

  private static int indexOf(byte[] bytes, byte[] sought, int from) {
    for (int at = from; at + sought.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + sought.length, sought, 0, sought.length)) {
        return at;
      }
    }
    return -1;
  }
}
