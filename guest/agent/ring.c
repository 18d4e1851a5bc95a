#include "ring.h"

#include <string.h>

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

void ring_put(struct ring *ring, const uint8_t *bytes, size_t length) {
  if (length > LIMIT_REPLAY_BYTES) {
    size_t skipped = length - LIMIT_REPLAY_BYTES;
    ring->end += skipped;
    bytes += skipped;
    length = LIMIT_REPLAY_BYTES;
  }
  size_t at = (size_t)(ring->end % LIMIT_REPLAY_BYTES);
  size_t first = smaller(length, LIMIT_REPLAY_BYTES - at);
  memcpy(ring->bytes + at, bytes, first);
  memcpy(ring->bytes, bytes + first, length - first);
  ring->end += length;
}

uint64_t ring_start(const struct ring *ring) {
  return ring->end < LIMIT_REPLAY_BYTES ? 0 : ring->end - LIMIT_REPLAY_BYTES;
}

size_t ring_copy(const struct ring *ring, uint64_t at, uint8_t *out, size_t length) {
  uint64_t left = ring->end - at;
  if (length > left) length = (size_t)left;
  size_t from = (size_t)(at % LIMIT_REPLAY_BYTES);
  size_t first = smaller(length, LIMIT_REPLAY_BYTES - from);
  memcpy(out, ring->bytes + from, first);
  memcpy(out + first, ring->bytes, length - first);
  return length;
}
