package dev.spore.bench;

import dev.spore.cas.Batch;
import dev.spore.cas.Blake3;
import dev.spore.cas.CasLimits;
import dev.spore.cas.ChunkId;
import dev.spore.cas.ChunkStore;
import dev.spore.kvm.Mapping;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A JVM of its own that hashes and reads chunks, warm, when told to: compilers and modules are a
 * matter of flags, and the benchmark's own JVM has those of a short command.
 *
 * <p>Takes a word a line, answers each with nanoseconds: {@code hash} a file's bytes in memory;
 * {@code verified} and {@code plain}, read a store's chunks with and without proof; {@code
 * restored} and {@code copied}, the same into new memory.
 */
final class HashWorker {
  /** Longer than the compilers need, also beside another such JVM. */
  private static final long WARM_UP_NANOS = 8_000_000_000L;

  /** How long to wait for vectors on a machine that is busy. */
  private static final long VECTORS_NANOS_MAX = 90_000_000_000L;

  private final MemorySegment bytes;
  private final MemorySegment target = Arena.global().allocate(CasLimits.CHUNK_BYTES_MAX, 64);
  private final ChunkStore store;
  private final List<ChunkId> ids = new ArrayList<>();

  private HashWorker(Path file, Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      bytes = Arena.global().allocate(channel.size(), 64);
      for (long at = 0; at < bytes.byteSize(); at += CasLimits.CHUNK_BYTES_MAX) {
        channel.read(chunk(at).asByteBuffer());
      }
    }
    store = ChunkStore.create(directory);
    try (Batch batch = store.batch()) {
      for (long at = 0; at < bytes.byteSize(); at += CasLimits.CHUNK_BYTES_MAX) {
        ids.add(batch.put(chunk(at)).orElseThrow());
      }
      batch.commit();
    }
  }

  private MemorySegment chunk(long at) {
    return bytes.asSlice(at, CasLimits.CHUNK_BYTES_MAX);
  }

  public static void main(String[] args) throws IOException {
    HashWorker worker = new HashWorker(Path.of(args[0]), Path.of(args[1]));
    worker.warmUp(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String word = in.readLine(); word != null; word = in.readLine()) {
        System.out.println(worker.nanos(word));
      }
    }
  }

  private void warmUp(boolean vectors) throws IOException {
    long start = System.nanoTime();
    long end = start + WARM_UP_NANOS;
    while (System.nanoTime() - end < 0) {
      hash();
      verified();
      plain();
      restored();
      copied();
      if (vectors && !Blake3.usesVectors() && end - start < VECTORS_NANOS_MAX) {
        end = System.nanoTime() + WARM_UP_NANOS;
      }
    }
    if (vectors != Blake3.usesVectors()) {
      throw new IllegalStateException("no vectors: the machine is too busy, or the JVM too new");
    }
  }

  private long nanos(String word) throws IOException {
    long start = System.nanoTime();
    switch (word) {
      case "hash" -> hash();
      case "verified" -> verified();
      case "plain" -> plain();
      case "restored" -> restored();
      case "copied" -> copied();
      default -> throw new IllegalArgumentException(word);
    }
    return System.nanoTime() - start;
  }

  private void hash() {
    for (long at = 0; at < bytes.byteSize(); at += CasLimits.CHUNK_BYTES_MAX) {
      Blake3.hash(chunk(at));
    }
  }

  private void verified() {
    for (ChunkId id : ids) {
      store.read(id, target);
    }
  }

  private void plain() throws IOException {
    for (ChunkId id : ids) {
      copy(id, target);
    }
  }

  private void copy(ChunkId id, MemorySegment to) throws IOException {
    try (FileChannel channel = FileChannel.open(store.path(id), StandardOpenOption.READ)) {
      if (channel.read(to.asByteBuffer()) != to.byteSize()) {
        throw new IOException("short read of " + store.path(id));
      }
    }
  }

  /** Reads every chunk to a place of its own in new memory, as a restore does. */
  private void restored() {
    try (Mapping memory = memory()) {
      IntStream.range(0, ids.size())
          .parallel()
          .forEach(i -> store.read(ids.get(i), place(memory, i)));
    }
  }

  /** The same without proof and by one thread. */
  private void copied() throws IOException {
    try (Mapping memory = memory()) {
      for (int i = 0; i < ids.size(); i++) {
        copy(ids.get(i), place(memory, i));
      }
    }
  }

  private Mapping memory() {
    Mapping memory = Mapping.anonymous(bytes.byteSize());
    memory.adviseHugePages();
    return memory;
  }

  private static MemorySegment place(Mapping memory, int chunk) {
    long at = (long) chunk * CasLimits.CHUNK_BYTES_MAX;
    return memory.segment().asSlice(at, CasLimits.CHUNK_BYTES_MAX);
  }
}
