#include "frame.h"

#include "bytes.h"
#include "limits.h"
#include "protocol.h"
#include "resume.h"
#include "spec.h"

#define HELLO_FIXED_BYTES 16u
#define RESUME_BYTES_MAX                                                                     \
  (RESUME_FIXED_BYTES + LIMIT_ENTROPY_BYTES + LIMIT_HOSTNAME_BYTES + LIMIT_VM_ID_BYTES +     \
   LIMIT_PARAMETERS * (4 + LIMIT_PARAMETER_NAME_BYTES + LIMIT_PARAMETER_VALUE_BYTES))

/* What a header of one type may say. Streams are a bit mask; id is 0 or not by `has_id`. */
struct rule {
  uint8_t known;
  uint8_t has_id;
  uint8_t streams;
  uint16_t flags;
  uint32_t length_min;
  uint32_t length_max;
};

static const struct rule rules[] = {
    [FRAME_HELLO] = {1, 0, 1, 0, HELLO_FIXED_BYTES, HELLO_FIXED_BYTES + LIMIT_ENTROPY_BYTES},
    [FRAME_EXEC] = {1, 1, 1, FLAG_LAST, 1, LIMIT_PAYLOAD_BYTES},
    [FRAME_STDIN] = {1, 1, 1, FLAG_LAST, 0, LIMIT_PAYLOAD_BYTES},
    [FRAME_CREDIT] = {1, 1, 1 << STREAM_STDOUT | 1 << STREAM_STDERR, 0, 4, 4},
    [FRAME_SIGNAL] = {1, 1, 1, 0, 4, 4},
    [FRAME_RESIZE] = {1, 1, 1, 0, 4, 4},
    [FRAME_CLOSE] = {1, 1, 1 << STREAM_STDOUT | 1 << STREAM_STDERR, 0, 0, 0},
    [FRAME_POWER_OFF] = {1, 0, 1, 0, 4, 4},
    [FRAME_ATTACH] = {1, 1, 1, 0, 1, LIMIT_SESSION_BYTES - 1},
    [FRAME_FREEZE] = {1, 0, 1, 0, 4, 4},
    [FRAME_THAW] = {1, 0, 1, 0, 0, 0},
    [FRAME_CLOCK] = {1, 0, 1, 0, 8, 8},
    [FRAME_RESUME] = {1, 0, 1, 0, RESUME_FIXED_BYTES, RESUME_BYTES_MAX},
};

static const char *check_header(const struct frame *f) {
  if (f->type >= sizeof rules / sizeof rules[0] || !rules[f->type].known)
    return "unknown frame type";
  const struct rule *rule = &rules[f->type];
  if (f->length > rule->length_max) return "frame payload too long for its type";
  if (f->length < rule->length_min) return "frame payload too short for its type";
  if (f->flags & ~rule->flags) return "unknown frame flags";
  if (f->stream > STREAM_STDERR || !(rule->streams >> f->stream & 1)) return "unknown stream";
  if ((f->id != 0) != rule->has_id) return "exec id does not fit the frame type";
  if (f->type == FRAME_STDIN && f->length == 0 && !f->flags) return "empty stdin frame";
  return NULL;
}

static const char *check_payload(const struct frame *f) {
  uint32_t value;
  switch (f->type) {
    case FRAME_CREDIT:
      value = load32(f->payload);
      return value == 0 || value > LIMIT_OUTPUT_WINDOW ? "credit out of range" : NULL;
    case FRAME_SIGNAL:
      value = load32(f->payload);
      return value == 0 || value > 64 ? "signal number out of range" : NULL;
    case FRAME_POWER_OFF:
      value = load32(f->payload);
      return value > LIMIT_GRACE_MILLIS ? "power-off grace out of range" : NULL;
    case FRAME_FREEZE:
      value = load32(f->payload);
      return value > LIMIT_FREEZE_MILLIS ? "time to freeze out of range" : NULL;
    case FRAME_ATTACH:
      return spec_session_name(f->payload, f->length) ? NULL : "bad name for a session";
    default:
      return NULL;
  }
}

long frame_decode(const uint8_t *bytes, size_t length, struct frame *out, const char **error) {
  if (length < HEADER_BYTES) return 0;
  out->length = load32(bytes);
  out->type = bytes[4];
  out->stream = bytes[5];
  out->flags = load16(bytes + 6);
  out->id = load32(bytes + 8);
  out->payload = bytes + HEADER_BYTES;
  *error = check_header(out);
  if (*error) return -1;
  if (length - HEADER_BYTES < out->length) return 0;
  *error = check_payload(out);
  if (*error) return -1;
  return (long)(HEADER_BYTES + out->length);
}

int hello_decode(const struct frame *frame, struct hello *out, const char **error) {
  const uint8_t *p = frame->payload;
  if (load32(p) != PROTOCOL_MAGIC) {
    *error = "the HELLO frame has a wrong magic number";
    return -1;
  }
  if (load16(p + 6) != 0 || load64(p + 8) != 0) {
    *error = "the HELLO frame has unknown fields";
    return -1;
  }
  out->version = load16(p + 4);
  out->entropy = p + HELLO_FIXED_BYTES;
  out->entropy_bytes = frame->length - HELLO_FIXED_BYTES;
  return 0;
}

void frame_header(uint8_t *p, uint8_t type, uint8_t stream, uint16_t flags, uint32_t id,
                  uint32_t length) {
  store32(p, length);
  p[4] = type;
  p[5] = stream;
  store16(p + 6, flags);
  store32(p + 8, id);
}
