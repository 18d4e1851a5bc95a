package dev.spore.vmm.snapshot;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkException;
import dev.spore.format.SporeId;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes many spores of one: a directory with a store of chunks, linked from the source, and a
 * directory for each child with a manifest of its own, the common index and a link to that store.
 * Costs the disk one manifest a child.
 */
public final class SporeFork {
  private static final int NAME_DIGITS = 6;
  private static final Set<StandardOpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final Path directory;
  private final ChildManifests manifests;
  private final Map<String, byte[]> indexes;

  private SporeFork(Path directory, ChildManifests manifests, Map<String, byte[]> indexes) {
    this.directory = directory;
    this.manifests = manifests;
    this.indexes = indexes;
  }

  /**
   * What a fork did.
   *
   * @param batch its name, as in {@link ForkRecord}
   * @param chunks in the common store
   */
  public record Report(String batch, int children, int chunks) {}

  /**
   * Makes {@code out} with children {@code 000000} and up; whole or, if it fails, not at all.
   *
   * @param count 1 to {@link SnapshotLimits#FORK_CHILDREN_MAX}
   * @param out a name in an existing directory where nothing is yet
   * @throws SporeException usage.invalid_argument, object.invalid naming the damaged file, or
   *     cache.unavailable
   */
  public static Report fork(Spore source, int count, Path out) {
    if (count < 1 || count > SnapshotLimits.FORK_CHILDREN_MAX) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "a fork has 1 to %d children, not %d".formatted(SnapshotLimits.FORK_CHILDREN_MAX, count));
    }
    String batch = ForkRecord.freshBatch();
    ChildManifests manifests = ChildManifests.of(source, batch, count, ForkRecord.freshBatch());
    SporeContents contents = SporeContents.of(source);
    try (SporeStaging staging = SporeStaging.begin(out);
        Batch links = staging.chunks().batch()) {
      contents.chunks().entrySet().parallelStream()
          .forEach(chunk -> links.link(source.chunks(), chunk.getKey(), chunk.getValue()));
      Batch.Committed committed = links.commit();
      new SporeFork(staging.directory(), manifests, contents.indexes()).makeChildren(count);
      staging.place();
      return new Report(batch, count, committed.added());
    } catch (ChunkException e) {
      throw Spore.unusable(e);
    }
  }

  /** Name of the directory of child {@code index}. */
  public static String childName(int index) {
    String digits = Integer.toString(index);
    return "0".repeat(NAME_DIGITS - digits.length()) + digits;
  }

  private void makeChildren(int count) {
    make(0);
    IntStream.range(1, count).parallel().forEach(this::make);
    if (count > SnapshotLimits.CHILDREN_SYNCED_SINGLY_MAX) {
      syncFileSystem();
      return;
    }
    List<Path> children =
        IntStream.range(0, count).mapToObj(i -> directory.resolve(childName(i))).toList();
    children.parallelStream().flatMap(this::files).forEach(SporeFork::sync);
    children.parallelStream().forEach(SporeStaging::syncDirectory);
    SporeStaging.syncDirectory(directory);
  }

  private Stream<Path> files(Path child) {
    Stream<Path> named = indexes.keySet().stream().map(child::resolve);
    return Stream.concat(named, Stream.of(SporeFile.MANIFEST.in(child), SporeFile.ID.in(child)));
  }

  private void make(int i) {
    Path child = directory.resolve(childName(i));
    byte[] manifest = manifests.of(i);
    try {
      Files.createDirectory(child, SporeStaging.DIRECTORY_MODE);
      Files.createSymbolicLink(child.resolve(Spore.CHUNKS), Path.of(Spore.SHARED_CHUNKS));
      write(SporeFile.MANIFEST.in(child), manifest);
      write(SporeFile.ID.in(child), Spore.idFile(SporeId.of(manifest)));
      for (Map.Entry<String, byte[]> index : indexes.entrySet()) {
        makeIndex(child, i, index.getKey(), index.getValue());
      }
    } catch (IOException e) {
      throw SporeStaging.failed("make", child, e);
    }
  }

  /** The first child's is a file; the others' are further names of it where that can be. */
  private void makeIndex(Path child, int i, String name, byte[] bytes) throws IOException {
    Path file = child.resolve(name);
    if (i > 0) {
      try {
        Files.createLink(file, directory.resolve(childName(0)).resolve(name));
        return;
      } catch (FileSystemException | UnsupportedOperationException e) {
        // No hard links on this file system, or too many: a file of its own says the same.
        System.getLogger(SporeFork.class.getName())
            .log(System.Logger.Level.DEBUG, "no link to the index", e);
      }
    }
    write(file, bytes);
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE, SporeStaging.FILE_MODE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  private static void sync(Path file) {
    try (HostFile written = HostFile.openRegular(file)) {
      written.sync();
    } catch (KvmException e) {
      throw SporeStaging.failed("sync", file, e);
    }
  }

  private void syncFileSystem() {
    try (HostFile any = HostFile.open(directory, false)) {
      any.syncFileSystem();
    } catch (KvmException e) {
      throw SporeStaging.failed("sync", directory, e);
    }
  }
}
