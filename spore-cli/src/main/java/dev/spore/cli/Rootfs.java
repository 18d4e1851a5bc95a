package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A root file system image the user named.
 *
 * @param image the raw image file
 * @param type the name the guest kernel mounts it by
 * @param writable writes go into the image itself, not into an overlay in guest memory
 */
record Rootfs(Path image, String type, boolean writable) {
  /** Through the end of the superblock magics of all three: ext4's lies at 1080. */
  private static final int HEAD_BYTES = 1082;

  private static final int SQUASHFS_MAGIC = 0x73717368;
  private static final int EROFS_MAGIC = 0xe0f5e1e2;
  private static final int EXT_MAGIC = 0xef53;

  /**
   * Recognises the file system by its superblock magic. That the rest of it holds together is for
   * the guest kernel to find out, inside its own walls.
   *
   * @throws SporeException {@code object.not_found} or {@code object.invalid}
   */
  static Rootfs open(Path image, boolean writable) {
    HostFiles.requireReadableFile("--rootfs", image);
    if (writable) {
      HostFiles.requireWritable("--rootfs-rw", image);
    }
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
      while (head.hasRemaining() && channel.read(head) >= 0) {
        // A short read is followed by another until the head is full or the file ends.
      }
    } catch (IOException e) {
      throw HostFiles.unreadable("--rootfs", image, e);
    }
    String type = recognise(head.flip());
    if (type == null) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          "--rootfs "
              + image
              + ": not an ext4, squashfs or erofs image (a raw image without a partition table is"
              + " needed)");
    }
    if (writable && !type.equals("ext4")) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "--rootfs-rw: "
              + image
              + " is "
              + type
              + ", which cannot be written; leave the flag out");
    }
    return new Rootfs(image, type, writable);
  }

  private static @Nullable String recognise(ByteBuffer head) {
    if (head.limit() < HEAD_BYTES) {
      return null;
    }
    if (head.getInt(0) == SQUASHFS_MAGIC) {
      return "squashfs";
    }
    if (head.getInt(1024) == EROFS_MAGIC) {
      return "erofs";
    }
    return (head.getShort(1080) & 0xffff) == EXT_MAGIC ? "ext4" : null;
  }
}
