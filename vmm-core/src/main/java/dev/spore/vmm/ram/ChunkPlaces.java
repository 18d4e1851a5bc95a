package dev.spore.vmm.ram;

import dev.spore.cas.ChunkId;
import java.nio.file.Path;

/** Where the files of a spore's chunks are, or should be. */
@FunctionalInterface
public interface ChunkPlaces {
  /** The file of a chunk; nothing is said of whether it is there. */
  Path of(ChunkId id);
}
