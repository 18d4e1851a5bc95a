#include "resume.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"

#define HEX "0123456789abcdef"
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The part of the payload that was not read yet. */
struct rest {
  const uint8_t *at;
  size_t length;
};

static bool take(struct rest *rest, size_t length, const uint8_t **out) {
  if (length > rest->length) return false;
  *out = rest->at;
  rest->at += length;
  rest->length -= length;
  return true;
}

/* Copies a text of 1 to max bytes that starts with none of `not_first` and has only `allowed`. */
static bool take_word(struct rest *rest, size_t length, size_t max, const char *allowed,
                      const char *not_first, char *out) {
  const uint8_t *bytes;
  if (length == 0 || length > max || !take(rest, length, &bytes)) return false;
  memcpy(out, bytes, length);
  out[length] = 0;
  return strspn(out, allowed) == length && !strchr(not_first, out[0]);
}

/* The bytes of the UTF-8 character at `p`, of `left`; 0 when it is none, or a control character. */
static size_t character(const uint8_t *p, size_t left) {
  size_t length = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
  if (length == 0 || length > left || p[0] > 0xf4) return 0;
  if (length == 1) return p[0] >= 0x20 && p[0] != 0x7f;
  for (size_t i = 1; i < length; i++)
    if ((p[i] & 0xc0) != 0x80) return 0;
  bool c1 = p[0] == 0xc2 && p[1] < 0xa0;
  bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
  bool surrogate = p[0] == 0xed && p[1] >= 0xa0;
  bool beyond = p[0] == 0xf4 && p[1] >= 0x90;
  return c1 || overlong || surrogate || beyond ? 0 : length;
}

/* Text that JSON, a shell and a terminal can all be given. */
static bool take_value(struct rest *rest, size_t length, char *out) {
  const uint8_t *bytes;
  if (length > LIMIT_PARAMETER_VALUE_BYTES || !take(rest, length, &bytes)) return false;
  for (size_t at = 0; at < length;) {
    size_t n = character(bytes + at, length - at);
    if (n == 0) return false;
    at += n;
  }
  memcpy(out, bytes, length);
  out[length] = 0;
  return true;
}

static bool has_parameter(const struct resume *resume, const char *name) {
  for (size_t i = 0; i < resume->parameter_count; i++)
    if (strcmp(resume->parameters[i].name, name) == 0) return true;
  return false;
}

static const char *take_parameters(struct rest *rest, size_t count, struct resume *out) {
  const uint8_t *lengths;
  if (count > LIMIT_PARAMETERS) return "the RESUME frame has too many parameters";
  for (; out->parameter_count < count; out->parameter_count++) {
    struct parameter *parameter = &out->parameters[out->parameter_count];
    if (!take(rest, 4, &lengths) ||
        !take_word(rest, load16(lengths), LIMIT_PARAMETER_NAME_BYTES, LETTERS DIGITS "_", DIGITS,
                   parameter->name) ||
        has_parameter(out, parameter->name))
      return "the RESUME frame has a bad parameter name";
    if (!take_value(rest, load16(lengths + 2), parameter->value))
      return "the RESUME frame has a bad parameter value";
  }
  return rest->length == 0 ? NULL : "the RESUME frame has bytes left over";
}

static bool machine_id(const uint8_t *bytes, char *out) {
  uint8_t any = 0;
  for (size_t i = 0; i < MACHINE_ID_DIGITS / 2; i++) {
    any |= bytes[i];
    out[2 * i] = HEX[bytes[i] >> 4];
    out[2 * i + 1] = HEX[bytes[i] & 15];
  }
  out[MACHINE_ID_DIGITS] = 0;
  return any != 0;
}

static const char *decode(const struct frame *frame, struct resume *out) {
  const uint8_t *p = frame->payload;
  const uint8_t *entropy;
  struct rest rest = {p + RESUME_FIXED_BYTES, frame->length - RESUME_FIXED_BYTES};
  memset(out, 0, sizeof *out);
  out->boot_wall_nanos = load64(p);
  out->generation = load64(p + 8);
  out->seed = load64(p + 16);
  out->entropy_bytes = load16(p + 40);
  if (out->boot_wall_nanos == 0) return "the RESUME frame has no wall clock";
  if (!machine_id(p + 24, out->machine_id)) return "the RESUME frame has no machine id";
  if (out->entropy_bytes < LIMIT_RESUME_ENTROPY_MIN || out->entropy_bytes > LIMIT_ENTROPY_BYTES ||
      !take(&rest, out->entropy_bytes, &entropy))
    return "the RESUME frame has too little or too much entropy";
  memcpy(out->entropy, entropy, out->entropy_bytes);
  if (!take_word(&rest, load16(p + 42), LIMIT_HOSTNAME_BYTES, LETTERS DIGITS "-.", "-.",
                 out->hostname))
    return "the RESUME frame has a bad host name";
  if (!take_word(&rest, load16(p + 44), LIMIT_VM_ID_BYTES, LETTERS DIGITS "-._", "-.",
                 out->vm_id))
    return "the RESUME frame has a bad machine name";
  return take_parameters(&rest, load16(p + 46), out);
}

int resume_decode(const struct frame *frame, struct resume *out, const char **error) {
  *error = decode(frame, out);
  return *error ? -1 : 0;
}

static size_t put(char *text, size_t at, const char *piece) {
  size_t length = strlen(piece);
  memcpy(text + at, piece, length);
  return at + length;
}

static size_t put_json(char *text, size_t at, const char *value) {
  text[at++] = '"';
  for (; *value; value++) {
    if (*value == '"' || *value == '\\') text[at++] = '\\';
    text[at++] = *value;
  }
  text[at++] = '"';
  return at;
}

size_t resume_json(const struct resume *resume, char *text) {
  size_t at = (size_t)sprintf(
      text,
      "{\"generation\":%llu,\"seed\":\"%016llx\",\"vmId\":\"%s\",\"hostname\":\"%s\","
      "\"machineId\":\"%s\",\"resumedUnixNanos\":%llu,\"parameters\":{",
      (unsigned long long)resume->generation, (unsigned long long)resume->seed, resume->vm_id,
      resume->hostname, resume->machine_id, (unsigned long long)resume->wall_nanos);
  for (size_t i = 0; i < resume->parameter_count; i++) {
    if (i > 0) text[at++] = ',';
    at = put_json(text, at, resume->parameters[i].name);
    text[at++] = ':';
    at = put_json(text, at, resume->parameters[i].value);
  }
  return put(text, at, "}}\n");
}

size_t resume_env(const struct resume *resume, char *text) {
  size_t at = 0;
  for (size_t i = 0; i < resume->parameter_count; i++) {
    at = put(text, at, resume->parameters[i].name);
    at = put(text, at, "='");
    for (const char *c = resume->parameters[i].value; *c; c++) {
      if (*c == '\'') {
        at = put(text, at, "'\\''");
      } else {
        text[at++] = *c;
      }
    }
    at = put(text, at, "'\n");
  }
  return at;
}
