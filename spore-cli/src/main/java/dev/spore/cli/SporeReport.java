package dev.spore.cli;

import dev.spore.cas.ChunkId;
import dev.spore.format.manifest.Manifest;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeCheck;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * What {@code spore inspect} found.
 *
 * @param storedChunks different chunks of RAM and disks that are not zero: files of the store
 * @param storedBytes their lengths together
 * @param directoryBytes lengths of all files in the directory, not those of a common store
 * @param verified whether every chunk has been proven
 */
record SporeReport(
    Spore spore, long storedChunks, long storedBytes, long directoryBytes, boolean verified) {

  static SporeReport of(Spore spore, boolean verify, HostStreams host) {
    Map<ChunkId, Integer> chunks = SporeCheck.chunks(spore);
    if (verify) {
      try (Counter counter = Counter.start("verifying chunks", chunks.size(), host)) {
        SporeCheck.verify(spore, counter::add);
      }
    }
    long bytes = chunks.values().stream().mapToLong(Integer::longValue).sum();
    return new SporeReport(
        spore, chunks.size(), bytes, DirectorySize.of(spore.directory()), verify);
  }

  /** The {@code spore.inspect.result.v1} object. */
  String json() {
    return SporeReportJson.of(this);
  }

  /** A table for people. */
  String text() {
    return SporeReportText.of(this);
  }

  Manifest manifest() {
    return spore.manifest();
  }

  /** When the machine was stopped, UTC, to the second. */
  Instant created() {
    return ChronoUnit.NANOS
        .addTo(Instant.EPOCH, manifest().createdNanos())
        .truncatedTo(ChronoUnit.SECONDS);
  }
}
