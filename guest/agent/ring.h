/* The last bytes of a stream, by their place in it. Pure. */
#ifndef SPORE_AGENT_RING_H
#define SPORE_AGENT_RING_H

#include <stddef.h>
#include <stdint.h>

#include "limits.h"

struct ring {
  uint64_t end; /* bytes ever put in: the last min(end, LIMIT_REPLAY_BYTES) are here */
  uint8_t bytes[LIMIT_REPLAY_BYTES];
};

/* Adds bytes; the oldest make room. */
void ring_put(struct ring *ring, const uint8_t *bytes, size_t length);

/* The place of the oldest byte that is still here. */
uint64_t ring_start(const struct ring *ring);

/* Copies up to `length` bytes from place `at`, which is here or the end; the number copied. */
size_t ring_copy(const struct ring *ring, uint64_t at, uint8_t *out, size_t length);

#endif
