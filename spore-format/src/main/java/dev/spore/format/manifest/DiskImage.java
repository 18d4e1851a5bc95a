package dev.spore.format.manifest;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.index.MemoryIndex;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a disk at the instant the machine was stopped.
 *
 * @param name for messages and the name of its index file; no two disks share one
 * @param slot of the block device
 * @param sizeBytes as the guest was told
 * @param base the image the disk began as, or null when it is not known; without {@code index} it
 *     is the disk's content
 * @param index BLAKE3-256 of the disk's index file, which then names all of the content; or null
 * @param pathHint where the base image was, which helps to find it and proves nothing; may be empty
 */
public record DiskImage(
    String name,
    int slot,
    long sizeBytes,
    boolean readOnly,
    @Nullable FileIdentity base,
    @Nullable ChunkId index,
    String pathHint) {
  private static final String INDEX_SUFFIX = ".index";

  public DiskImage {
    Check.name("disk name", name, FormatLimits.NAME_CHARS_MAX);
    Check.that(!MemoryIndex.FILE.equals(indexFile(name)), "the disk's index would be that of RAM");
    Check.range("slot", slot, 0, FormatLimits.DEVICES_MAX - 1);
    Check.range("size_bytes", sizeBytes, 1, FormatLimits.DISK_BYTES_MAX);
    Check.text("path_hint", pathHint, FormatLimits.PATH_BYTES_MAX);
    Check.that(base != null || index != null, "a disk has neither base nor index");
  }

  /** Name of the index file in a spore's directory, where there is one. */
  public String indexFile() {
    return indexFile(name);
  }

  /** Name of the index file of the disk called {@code name}. */
  public static String indexFile(String name) {
    return name + INDEX_SUFFIX;
  }

  /**
   * The index in {@code file}, if it is the one meant here. Reads all of it.
   *
   * @throws FormatException if it is another file, does not agree with this, or none is meant
   */
  public DiskIndex openIndex(MemorySegment file) {
    if (index == null) {
      throw new FormatException(Code.INVALID, indexFile(), "is not named in the manifest");
    }
    Ids.require(indexFile(), file, index);
    DiskIndex opened = DiskIndex.open(indexFile(), file);
    if (opened.diskBytes() != sizeBytes) {
      throw new FormatException(
          Code.INVALID,
          indexFile(),
          "is of a disk of %d bytes; the manifest says %d"
              .formatted(opened.diskBytes(), sizeBytes));
    }
    return opened;
  }
}
