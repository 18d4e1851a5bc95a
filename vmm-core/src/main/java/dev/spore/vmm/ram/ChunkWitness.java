package dev.spore.vmm.ram;

import dev.spore.cas.ChunkId;
import dev.spore.format.hint.HostMac;
import dev.spore.kvm.FileStatus;
import dev.spore.kvm.KvmException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What the files of all chunks of one RAM looked like at one moment: enough to tell later, without
 * reading them, that they are still the ones that were proven then.
 *
 * <p>Whatever writes to a file moves the time of its status change, which nobody can set; but only
 * in steps of the kernel's clock. So files that changed shortly before the look stand for nothing:
 * what is written to them next may leave no trace.
 */
final class ChunkWitness {
  /** Longer than a step of any kernel's file clock, of 1 to 10 ms. */
  static final Duration SETTLED_AFTER = Duration.ofMillis(100);

  private static final byte[] LABEL = {'S', 'P', 'O', 'R', 'E', 'C', 'H', 'K'};
  private static final int FACTS_BYTES = 5 * Long.BYTES;

  private final byte[] facts;
  private final boolean lasting;

  private ChunkWitness(byte[] facts, boolean lasting) {
    this.facts = facts;
    this.lasting = lasting;
  }

  /** Looks at the files; that one is missing is for whoever reads it to say. */
  static ChunkWitness of(RamImage image, ChunkPlaces places) {
    List<ChunkId> chunks = dataChunks(image);
    ByteBuffer out =
        ByteBuffer.allocate(LABEL.length + ChunkId.BYTES + chunks.size() * FACTS_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(LABEL).put(image.digest().toBytes());
    Instant settled = Instant.now().minus(SETTLED_AFTER);
    long settledNanos = ChronoUnit.NANOS.between(Instant.EPOCH, settled);
    boolean lasting = true;
    for (ChunkId chunk : chunks) {
      try {
        FileStatus status = FileStatus.of(places.of(chunk));
        out.putLong(status.device()).putLong(status.inode()).putLong(status.sizeBytes());
        out.putLong(status.modifiedNanos()).putLong(status.changedNanos());
        lasting &= status.isRegular() && status.changedNanos() < settledNanos;
      } catch (KvmException e) {
        lasting = false;
      }
    }
    return new ChunkWitness(out.array(), lasting);
  }

  /**
   * Reads every chunk and proves it.
   *
   * @throws dev.spore.vmm.SporeException as {@link ChunkWork#run}
   */
  static void prove(RamImage image) {
    List<ChunkId> chunks = dataChunks(image);
    ChunkWork.run(
        chunks.size(),
        () -> {
          MemorySegment buffer = Arena.ofAuto().allocate(RamImage.CHUNK_BYTES, 64);
          return number -> image.chunks().read(chunks.get(number), buffer);
        });
  }

  private static List<ChunkId> dataChunks(RamImage image) {
    List<ChunkId> chunks = new ArrayList<>();
    for (long chunk = 0; chunk < image.index().chunks(); chunk++) {
      image.index().id(chunk).ifPresent(chunks::add);
    }
    return chunks;
  }

  /**
   * A name for this look that only this host can give: 64 hexadecimal digits. Empty if it cannot
   * stand for a later one.
   */
  Optional<String> name(byte[] key) {
    return lasting
        ? Optional.of(HexFormat.of().formatHex(HostMac.of(facts, key)))
        : Optional.empty();
  }
}
