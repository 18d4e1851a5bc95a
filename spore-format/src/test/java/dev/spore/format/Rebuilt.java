package dev.spore.format;

import dev.spore.format.hint.BackingProof;
import dev.spore.format.hint.WorkingSet;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.index.DiskIndexWriter;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.index.MemoryIndexWriter;
import dev.spore.format.manifest.ManifestCodec;
import java.lang.foreign.MemorySegment;

/** Files read through their public interface and written anew. */
final class Rebuilt {
  private Rebuilt() {}

  /** The kind of file {@code name} says. */
  static byte[] file(String name, byte[] bytes) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "json" -> ManifestCodec.encode(ManifestCodec.parse(bytes));
      case "index" -> name.startsWith("disk") ? diskIndex(bytes) : memoryIndex(bytes);
      case "set" -> WorkingSet.parse(bytes).encode();
      case "proof" -> BackingProof.parse(bytes).encode();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static byte[] memoryIndex(byte[] bytes) {
    MemoryIndex index = MemoryIndex.open(MemorySegment.ofArray(bytes));
    return MemoryIndexWriter.copyOf(index).toBytes();
  }

  private static byte[] diskIndex(byte[] bytes) {
    DiskIndex index = DiskIndex.open("disk.index", MemorySegment.ofArray(bytes));
    DiskIndexWriter writer = new DiskIndexWriter(index.diskBytes());
    for (long run = 0; run < index.runs(); run++) {
      long start = index.runStart(run);
      for (long chunk = start; chunk < start + index.runLength(run); chunk++) {
        writer.add(chunk, index.id(chunk).orElseThrow());
      }
    }
    return writer.toBytes();
  }
}
