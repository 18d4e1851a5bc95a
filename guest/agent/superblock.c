#include "superblock.h"

#include "bytes.h"

const char *superblock_type(const uint8_t *image, size_t length) {
  /* fs/squashfs/squashfs_fs.h: s_magic, first field, at 0. */
  if (length >= 4 && load32(image) == 0x73717368u) return "squashfs";
  if (length < 1024 + 58) return NULL;
  /* fs/erofs/erofs_fs.h: magic, first field, at EROFS_SUPER_OFFSET. */
  if (load32(image + 1024) == 0xe0f5e1e2u) return "erofs";
  /* fs/ext4/ext4.h: s_magic at 0x38 of the super block, which is at 1024. */
  if (load16(image + 1024 + 0x38) == 0xef53u) return "ext4";
  return NULL;
}
