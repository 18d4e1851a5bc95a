package dev.spore.vmm.snapshot;

import dev.spore.cas.ChunkException;
import dev.spore.cas.ChunkStore;
import dev.spore.format.FormatException;
import dev.spore.format.SporeId;
import dev.spore.format.hint.WorkingSet;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A saved machine in its directory. Manifest and index have been proven against the spore's id; a
 * chunk is proven whenever it is read.
 *
 * @param directory where it is
 * @param id hash of the manifest
 * @param index of its RAM
 * @param chunks the store that has them
 */
public record Spore(
    Path directory, SporeId id, Manifest manifest, MemoryIndex index, ChunkStore chunks) {
  /** Name of the file that holds the spore's id: 64 hexadecimal digits and a line feed. */
  static final String ID_FILE = "id";

  /** Name of the directory of chunks. */
  static final String CHUNKS = "chunks";

  /** All that this directory may be where it is a link: to the chunks of all children of a fork. */
  static final String SHARED_CHUNKS = "../chunks";

  private static final String REMEDY = "take it from a copy, or save the machine again";

  /**
   * Opens a spore.
   *
   * @throws SporeException object.not_found, or object.invalid naming the file that is not as it
   *     was written
   */
  public static Spore open(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new SporeException(
          ErrorCode.OBJECT_NOT_FOUND, "spore " + directory + ": there is no such directory");
    }
    byte[] manifestBytes = SporeFile.MANIFEST.read(directory);
    SporeId id = readId(directory);
    Path manifestFile = directory.resolve(ManifestCodec.FILE);
    // Before the hash: a manifest of another version is refused for its version.
    Manifest manifest = parse(manifestFile, manifestBytes);
    if (!SporeId.of(manifestBytes).equals(id)) {
      throw damaged(manifestFile, "is not the manifest that file " + ID_FILE + " names");
    }
    byte[] indexBytes = SporeFile.INDEX.read(directory);
    Path indexFile = directory.resolve(MemoryIndex.FILE);
    return new Spore(
        directory, id, manifest, index(indexFile, indexBytes, manifest), chunks(directory));
  }

  /**
   * The bytes of a disk's index, not proven.
   *
   * @throws SporeException object.invalid naming the file
   */
  public byte[] readDiskIndex(DiskImage disk) {
    return SporeFile.read(directory.resolve(disk.indexFile()), SnapshotLimits.DISK_INDEX_BYTES_MAX);
  }

  private static SporeId readId(Path directory) {
    String text = new String(SporeFile.ID.read(directory), StandardCharsets.US_ASCII);
    try {
      if (text.endsWith("\n")) {
        return SporeId.parse(text.substring(0, text.length() - 1));
      }
    } catch (IllegalArgumentException e) {
      // Refused below, as a file without a line feed is.
    }
    throw damaged(directory.resolve(ID_FILE), "does not hold the id of a spore");
  }

  private static Manifest parse(Path file, byte[] bytes) {
    try {
      return ManifestCodec.parse(bytes);
    } catch (FormatException e) {
      throw refused(file, e);
    }
  }

  private static MemoryIndex index(Path file, byte[] bytes, Manifest manifest) {
    try {
      return manifest.memory().openIndex(MemorySegment.ofArray(bytes));
    } catch (FormatException e) {
      throw refused(file, e);
    }
  }

  /**
   * The store of the spore in {@code directory}.
   *
   * @throws SporeException object.invalid if there is none
   */
  public static ChunkStore chunks(Path directory) {
    Path chunks = directory.resolve(CHUNKS);
    if (Files.isSymbolicLink(chunks)) {
      chunks = sharedChunks(directory, chunks);
    }
    if (!Files.isDirectory(chunks, LinkOption.NOFOLLOW_LINKS)) {
      throw damaged(chunks, "is missing, or is no directory");
    }
    return ChunkStore.open(chunks);
  }

  /** Where the one link that may stand for the chunks leads; it is not followed. */
  private static Path sharedChunks(Path directory, Path link) {
    try {
      if (!Files.readSymbolicLink(link).toString().equals(SHARED_CHUNKS)) {
        throw damaged(link, "is a symbolic link to something else than " + SHARED_CHUNKS);
      }
      return directory.toRealPath().resolveSibling(CHUNKS);
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.CACHE_UNAVAILABLE,
          "spore file %s cannot be read (%s); see to the file system".formatted(link, e),
          e);
    }
  }

  /**
   * What is worth reading first. Nobody vouches for it: empty whenever there is anything wrong with
   * its file.
   */
  public Optional<WorkingSet> workingSet() {
    if (Files.notExists(SporeFile.WORKING_SET.in(directory))) {
      return Optional.empty();
    }
    try {
      return Optional.of(WorkingSet.parse(SporeFile.WORKING_SET.read(directory)));
    } catch (SporeException | FormatException e) {
      System.getLogger(Spore.class.getName())
          .log(System.Logger.Level.DEBUG, "a working set is not used", e);
      return Optional.empty();
    }
  }

  /** What the fork that made it says of it; empty if it was saved from a machine. */
  public Optional<ForkRecord> fork() {
    return ForkRecord.of(directory.resolve(ManifestCodec.FILE), manifest.annotations());
  }

  /** Content of the file {@link #ID_FILE}. */
  static byte[] idFile(SporeId id) {
    return (id + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** What a chunk that cannot be used means to whoever restores. */
  public static SporeException unusable(ChunkException e) {
    return new SporeException(
        switch (e.kind()) {
          case MISSING, WRONG_LENGTH, CORRUPT -> ErrorCode.OBJECT_INVALID;
          case BUSY, IO -> ErrorCode.CACHE_UNAVAILABLE;
        },
        String.valueOf(e.getMessage()),
        e);
  }

  static SporeException damaged(Path file, String what) {
    return new SporeException(
        ErrorCode.OBJECT_INVALID, "spore file %s %s; %s".formatted(file, what, REMEDY));
  }

  /** {@code e} names the file without its directory first. */
  static SporeException refused(Path file, FormatException e) {
    String remedy = e.code() == FormatException.Code.UNKNOWN_VERSION ? "" : "; " + REMEDY;
    return new SporeException(
        ErrorCode.OBJECT_INVALID,
        "spore file %s is refused: %s%s".formatted(file, e.getMessage(), remedy),
        e);
  }
}
