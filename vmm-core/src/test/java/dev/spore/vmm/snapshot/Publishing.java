package dev.spore.vmm.snapshot;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkException;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Random;

/** The child of tests that interfere with what publishes spores. */
final class Publishing {
  static final int CHILDREN = 2;
  static final int REFUSED = 3;

  private Publishing() {}

  /**
   * Makes one spore, or a fork, of the spore {@code base} in a directory, named {@code new}. A
   * failure is printed and makes the exit status {@link #REFUSED}.
   *
   * @param arguments what to do, and where
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[1]);
    try {
      publish(arguments[0], directory);
    } catch (SporeException e) {
      System.out.println(e.code() + ": " + e.getMessage());
      for (Throwable also : e.getSuppressed()) {
        System.out.println("also: " + also);
      }
      System.exit(REFUSED);
    }
  }

  static void publish(String what, Path directory) throws IOException {
    Spore base = Spore.open(directory.resolve("base"));
    Path target = directory.resolve("new");
    switch (what) {
      case "save" -> save(base, target);
      case "fork" -> SporeFork.fork(base, CHILDREN, target);
      default -> throw new IllegalArgumentException(what);
    }
  }

  /** As a machine restored from {@code base} is saved: its chunks are linked, one is new. */
  private static void save(Spore base, Path target) throws IOException {
    try (SporeStaging staging = SporeStaging.begin(target);
        Batch batch = staging.chunks().batch()) {
      SporeCheck.chunks(base).forEach((id, length) -> batch.link(base.chunks(), id, length));
      byte[] written = new byte[100_000];
      new Random(7).nextBytes(written);
      batch.put(MemorySegment.ofArray(written));
      batch.commit();
      for (DiskImage disk : base.manifest().disks()) {
        if (disk.index() != null) {
          staging.addDiskIndex(disk.name(), base.readDiskIndex(disk));
        }
      }
      staging.publish(
          SporeFile.INDEX.read(base.directory()), ManifestCodec.encode(base.manifest()));
    } catch (ChunkException e) {
      throw Spore.unusable(e);
    }
  }
}
