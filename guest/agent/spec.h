/* Exec specifications: put together from chunks, then read in place. Pure. */
#ifndef SPORE_AGENT_SPEC_H
#define SPORE_AGENT_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one specification a connection may be sending. id 0: none. */
struct spec_assembly {
  uint32_t id;
  uint8_t *bytes;
  size_t length;
  size_t capacity;
};

/* Strings point into `bytes`; argv and envp end with NULL. envp has room for `SPEC_ENV_SPARE` more. */
struct spec {
  uint8_t *bytes;
  bool tty;
  bool wants_stdin;
  uint16_t rows;
  uint16_t cols;
  char *cwd;
  char *user;
  char *session; /* NULL: ends with its connection */
  char **argv;
  char **envp;
  uint32_t envc;
};

#define SPEC_ENV_SPARE 3u

/* Whether these bytes are a name for a session: letters, digits, "-", "." and "_". */
bool spec_session_name(const uint8_t *bytes, size_t length);

/* Adds a chunk; 0, or -1 with *error set (too long, no memory). */
int spec_append(struct spec_assembly *assembly, const uint8_t *chunk, size_t length,
                const char **error);

void spec_discard(struct spec_assembly *assembly);

/* Takes the assembled bytes over into `out`; 0, or -1 with *error set and the bytes freed. */
int spec_parse(struct spec_assembly *assembly, struct spec *out, const char **error);

void spec_free(struct spec *spec);

#endif
