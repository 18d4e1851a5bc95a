/* Which file system an image holds, by its magic number. Pure. */
#ifndef SPORE_AGENT_SUPERBLOCK_H
#define SPORE_AGENT_SUPERBLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Enough of the image to see every magic number looked for. */
#define SUPERBLOCK_PROBE_BYTES 2048u

/* "ext4", "squashfs", "erofs", or NULL. */
const char *superblock_type(const uint8_t *image, size_t length);

#endif
