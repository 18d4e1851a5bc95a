/*
 * Decoding of what the host sends. Pure: bytes in, a checked structure or an error text out, so
 * that the same code runs under the fuzzer.
 */
#ifndef SPORE_AGENT_FRAME_H
#define SPORE_AGENT_FRAME_H

#include <stddef.h>
#include <stdint.h>

/* A frame whose header and payload obey the rules of its type. */
struct frame {
  uint8_t type;
  uint8_t stream;
  uint16_t flags;
  uint32_t id;
  uint32_t length;
  const uint8_t *payload; /* points into the buffer that was decoded */
};

struct hello {
  uint16_t version;
  const uint8_t *entropy;
  size_t entropy_bytes;
};

/*
 * Decodes the frame at the start of the buffer. Returns the bytes it takes, 0 when more are needed,
 * -1 with *error set when the bytes break the protocol. The header alone is enough to refuse.
 */
long frame_decode(const uint8_t *bytes, size_t length, struct frame *out, const char **error);

/* Reads the payload of a HELLO frame; 0, or -1 with *error set. The version is not judged. */
int hello_decode(const struct frame *frame, struct hello *out, const char **error);

/* Writes a header at p; the payload follows it. */
void frame_header(uint8_t *p, uint8_t type, uint8_t stream, uint16_t flags, uint32_t id,
                  uint32_t length);

#endif
