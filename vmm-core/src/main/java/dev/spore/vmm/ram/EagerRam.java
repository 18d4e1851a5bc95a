package dev.spore.vmm.ram;

import dev.spore.cas.ChunkId;
import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** RAM that is read, and proven, before anybody runs in it. */
final class EagerRam {
  private EagerRam() {}

  /**
   * Reads all of it, each chunk straight to where it belongs: the guest that must not see unproven
   * bytes does not exist yet.
   *
   * @throws dev.spore.vmm.SporeException as {@link ChunkWork#run}
   */
  static GuestRam load(RamImage image) {
    GuestRam ram = GuestRam.zero(image.layout());
    boolean loaded = false;
    try {
      RamChunks chunks = new RamChunks(image.layout());
      List<GuestMemory.Region> regions = ram.memory().regions();
      ChunkWork.run(
          chunks.count(),
          () ->
              chunk -> {
                ChunkId id = image.index().id(chunk).orElse(null);
                if (id != null) {
                  MemorySegment region = regions.get(chunks.region(chunk)).bytes();
                  long offset = chunks.offset(chunk);
                  image.chunks().read(id, region.asSlice(offset, RamImage.CHUNK_BYTES));
                }
              });
      loaded = true;
    } finally {
      if (!loaded) {
        ram.close();
      }
    }
    return ram;
  }
}
