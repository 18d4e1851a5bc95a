/*
 * Who a restored machine is from now on: decoded from a RESUME frame, and written out for the
 * programs of the guest. Pure.
 */
#ifndef SPORE_AGENT_RESUME_H
#define SPORE_AGENT_RESUME_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "limits.h"

#define RESUME_FIXED_BYTES 48u
#define MACHINE_ID_DIGITS 32u

struct parameter {
  char name[LIMIT_PARAMETER_NAME_BYTES + 1];
  char value[LIMIT_PARAMETER_VALUE_BYTES + 1];
};

struct resume {
  uint64_t boot_wall_nanos; /* the wall clock, since 1970, when CLOCK_BOOTTIME was 0 */
  uint64_t wall_nanos;      /* the wall clock when the frame was read; not part of it */
  uint64_t generation;
  uint64_t seed; /* for what the guest derives from it, such as hardware addresses */
  char machine_id[MACHINE_ID_DIGITS + 1];
  char hostname[LIMIT_HOSTNAME_BYTES + 1];
  char vm_id[LIMIT_VM_ID_BYTES + 1];
  uint8_t entropy[LIMIT_ENTROPY_BYTES];
  size_t entropy_bytes;
  size_t parameter_count;
  struct parameter parameters[LIMIT_PARAMETERS];
};

/* A JSON string escapes at most every byte to two; a shell string each to four. */
#define RESUME_TEXT_BYTES                                                                   \
  (1024u + LIMIT_PARAMETERS * (LIMIT_PARAMETER_NAME_BYTES + 4 * LIMIT_PARAMETER_VALUE_BYTES + 8))

/* Reads the payload of a RESUME frame; 0, or -1 with *error set. */
int resume_decode(const struct frame *frame, struct resume *out, const char **error);

/* One JSON object and a line feed; the length. `text` has RESUME_TEXT_BYTES. */
size_t resume_json(const struct resume *resume, char *text);

/* The parameters as lines a shell can read: NAME='value'; the length. The same room. */
size_t resume_env(const struct resume *resume, char *text);

#endif
