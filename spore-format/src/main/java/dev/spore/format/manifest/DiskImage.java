package dev.spore.format.manifest;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a disk at the instant the machine was stopped.
 *
 * @param name for messages, unique by its slot
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
  public DiskImage {
    Check.name("disk name", name, FormatLimits.NAME_CHARS_MAX);
    Check.range("slot", slot, 0, FormatLimits.DEVICES_MAX - 1);
    Check.range("size_bytes", sizeBytes, 1, FormatLimits.DISK_BYTES_MAX);
    Check.text("path_hint", pathHint, FormatLimits.PATH_BYTES_MAX);
    Check.that(base != null || index != null, "a disk has neither base nor index");
  }
}
