#include "spec.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "limits.h"
#include "protocol.h"

#define SPEC_FIXED_BYTES 16u

bool spec_session_name(const uint8_t *bytes, size_t length) {
  if (length == 0 || length >= LIMIT_SESSION_BYTES) return false;
  for (size_t i = 0; i < length; i++) {
    uint8_t c = bytes[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_') return false;
  }
  return true;
}

int spec_append(struct spec_assembly *assembly, const uint8_t *chunk, size_t length,
                const char **error) {
  if (length > LIMIT_SPEC_BYTES - assembly->length) {
    *error = "exec specification too long";
    return -1;
  }
  size_t wanted = assembly->length + length;
  if (wanted > assembly->capacity) {
    size_t capacity = wanted * 2 < LIMIT_SPEC_BYTES ? wanted * 2 : LIMIT_SPEC_BYTES;
    uint8_t *grown = realloc(assembly->bytes, capacity);
    if (!grown) {
      *error = "no memory for an exec specification";
      return -1;
    }
    assembly->bytes = grown;
    assembly->capacity = capacity;
  }
  memcpy(assembly->bytes + assembly->length, chunk, length);
  assembly->length = wanted;
  return 0;
}

void spec_discard(struct spec_assembly *assembly) {
  free(assembly->bytes);
  memset(assembly, 0, sizeof *assembly);
}

void spec_free(struct spec *spec) {
  free(spec->bytes);
  free(spec->argv);
  memset(spec, 0, sizeof *spec);
}

/* Takes the NUL-terminated string at *at; NULL when it is not there or longer than `max`. */
static char *take_string(uint8_t *bytes, size_t length, size_t *at, size_t max) {
  size_t left = length - *at;
  size_t window = left < max ? left : max;
  uint8_t *end = memchr(bytes + *at, 0, window);
  if (!end) return NULL;
  char *string = (char *)bytes + *at;
  *at = (size_t)(end - bytes) + 1;
  return string;
}

static const char *take_strings(uint8_t *bytes, size_t length, size_t *at, char **out,
                                uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    out[i] = take_string(bytes, length, at, length);
    if (!out[i]) return "exec specification ends inside a string";
  }
  out[count] = NULL;
  return NULL;
}

static const char *parse(uint8_t *bytes, size_t length, struct spec *out) {
  if (length < SPEC_FIXED_BYTES) return "exec specification too short";
  uint32_t flags = load32(bytes);
  uint32_t argc = load32(bytes + 8);
  uint32_t envc = load32(bytes + 12);
  if (flags & ~(SPEC_TTY | SPEC_STDIN | SPEC_SESSION)) return "exec specification has unknown flags";
  if (argc == 0) return "exec specification without arguments";
  if (argc > LIMIT_SPEC_STRINGS || envc > LIMIT_SPEC_STRINGS - argc)
    return "exec specification has too many strings";
  out->tty = flags & SPEC_TTY;
  out->wants_stdin = flags & SPEC_STDIN;
  out->rows = load16(bytes + 4);
  out->cols = load16(bytes + 6);
  size_t at = SPEC_FIXED_BYTES;
  out->cwd = take_string(bytes, length, &at, LIMIT_CWD_BYTES);
  if (!out->cwd) return "working directory not terminated or too long";
  out->user = take_string(bytes, length, &at, LIMIT_USER_BYTES);
  if (!out->user) return "user not terminated or too long";
  if (flags & SPEC_SESSION) {
    out->session = take_string(bytes, length, &at, LIMIT_SESSION_BYTES);
    if (!out->session || !spec_session_name((uint8_t *)out->session, strlen(out->session)))
      return "bad name for a session";
  }
  if (length - at > LIMIT_ARGS_BYTES) return "arguments and environment too long";
  out->argv = calloc((size_t)argc + envc + 2 + SPEC_ENV_SPARE, sizeof *out->argv);
  if (!out->argv) return "no memory for an exec specification";
  out->envp = out->argv + argc + 1;
  out->envc = envc;
  const char *error = take_strings(bytes, length, &at, out->argv, argc);
  if (!error) error = take_strings(bytes, length, &at, out->envp, envc);
  if (error) return error;
  return at == length ? NULL : "exec specification has bytes left over";
}

int spec_parse(struct spec_assembly *assembly, struct spec *out, const char **error) {
  memset(out, 0, sizeof *out);
  out->bytes = assembly->bytes;
  *error = parse(assembly->bytes, assembly->length, out);
  memset(assembly, 0, sizeof *assembly);
  if (!*error) return 0;
  spec_free(out);
  return -1;
}
