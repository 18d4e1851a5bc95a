package dev.spore.format;

import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;
import dev.spore.format.hint.BackingProof;
import dev.spore.format.hint.FileFacts;
import dev.spore.format.hint.HostMac;
import dev.spore.format.hint.PageRange;
import dev.spore.format.hint.WorkingSet;
import dev.spore.format.index.DiskIndexWriter;
import dev.spore.format.index.MemoryIndexWriter;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.ManifestCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * Files of format 1 as they were first written. They are never written again: a reader that cannot
 * read them cannot read its users' spores.
 */
final class GoldenFiles {
  /** All of them. */
  static final List<String> NAMES =
      List.of(
          "small.json", "full.json", "memory.index", "disk.index", "working.set", "backing.proof");

  private GoldenFiles() {}

  static byte[] read(String name) throws IOException {
    try (InputStream in = GoldenFiles.class.getResourceAsStream("golden/" + name)) {
      if (in == null) {
        throw new IOException("no golden file " + name);
      }
      return in.readAllBytes();
    }
  }

  /** Writes those that are missing into the directory given: for a new format version alone. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    save(directory, "small.json", ManifestCodec.encode(manifest(GoldenFiles::isSmall)));
    save(directory, "full.json", ManifestCodec.encode(manifest(GoldenFiles::isFull)));
    MemoryIndexWriter memory = MemoryIndexWriter.zero(8 << 20);
    memory.set(1, id(1));
    memory.set(3, id(3));
    save(directory, "memory.index", memory.toBytes());
    DiskIndexWriter disk = new DiskIndexWriter((10 << 20) + 512);
    for (int chunk : new int[] {0, 1, 7, 159, 160}) {
      disk.add(chunk, id(chunk));
    }
    save(directory, "disk.index", disk.toBytes());
    WorkingSet set = new WorkingSet(8 << 20, List.of(new PageRange(0, 5), new PageRange(600, 40)));
    save(directory, "working.set", set.encode());
    FileFacts file = new FileFacts(true, 0x801, 4711, 8 << 20, 1000, 1L << 60, (1L << 60) + 1);
    BackingProof proof = BackingProof.make(id(9), file, new byte[HostMac.KEY_BYTES]);
    save(directory, "backing.proof", proof.encode());
  }

  private static boolean isSmall(Manifest m) {
    return m.machine().vcpus().size() == 1
        && m.disks().isEmpty()
        && m.sessions().isEmpty()
        && m.annotations().isEmpty();
  }

  private static boolean isFull(Manifest m) {
    return m.machine().vcpus().size() == 2
        && m.disks().size() == 2
        && m.disks().stream().anyMatch(disk -> disk.base() != null && disk.index() != null)
        && !m.sessions().isEmpty()
        && !m.annotations().isEmpty()
        && m.images().initrd() != null
        && m.images().agent() != null
        && !m.machine().vm().cpuid().isEmpty();
  }

  private static Manifest manifest(Predicate<Manifest> wanted) {
    long seed = 0;
    Manifest manifest = ManifestSampler.manifest(seed);
    while (!wanted.test(manifest)) {
      seed++;
      manifest = ManifestSampler.manifest(seed);
    }
    return manifest;
  }

  private static ChunkId id(int of) {
    return Blake3.hash(new byte[] {(byte) of});
  }

  private static void save(Path directory, String name, byte[] bytes) throws IOException {
    Path file = directory.resolve(name);
    if (Files.notExists(file)) {
      Files.write(file, bytes);
    }
  }
}
