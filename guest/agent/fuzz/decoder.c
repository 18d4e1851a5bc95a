/*
 * libFuzzer target: everything the agent decodes from the host before it acts. Input: a byte that
 * cuts the rest into reads, then the bytes of a connection. Also resolves each user that arrives
 * against account files taken from the input.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../frame.h"
#include "../limits.h"
#include "../protocol.h"
#include "../resume.h"
#include "../session.h"
#include "../spec.h"
#include "../superblock.h"
#include "../user.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct host {
  struct spec_assembly assembly;
  const char *accounts; /* the whole input as text */
};

static void use_strings(char *const *strings) {
  for (; *strings; strings++) assert(strlen(*strings) < LIMIT_ARGS_BYTES);
}

static void finish_spec(struct host *host) {
  struct spec spec;
  struct identity identity;
  char error[64];
  const char *why;
  if (spec_parse(&host->assembly, &spec, &why) != 0) return;
  assert(spec.argv[0] && strlen(spec.cwd) < LIMIT_CWD_BYTES && strlen(spec.user) < LIMIT_USER_BYTES);
  assert(!spec.session || spec_session_name((uint8_t *)spec.session, strlen(spec.session)));
  use_strings(spec.argv);
  use_strings(spec.envp);
  if (user_resolve(spec.user, host->accounts, host->accounts, &identity, error, sizeof error) == 0)
    assert(identity.group_count >= 1 && identity.group_count <= LIMIT_GROUPS);
  spec_free(&spec);
}

static void take_identity(const struct frame *frame) {
  static struct resume resume;
  static char text[RESUME_TEXT_BYTES];
  const char *error;
  if (resume_decode(frame, &resume, &error) != 0) return;
  assert(resume.entropy_bytes >= LIMIT_RESUME_ENTROPY_MIN);
  size_t json = resume_json(&resume, text);
  assert(json < sizeof text && !memchr(text, 0, json) && strchr(text, '\n') == text + json - 1);
  assert(resume_env(&resume, text) < sizeof text);
}

static void obey(struct host *host, const struct frame *frame) {
  struct hello hello;
  const char *error;
  assert(frame->length <= LIMIT_PAYLOAD_BYTES);
  if (frame->type == FRAME_HELLO && hello_decode(frame, &hello, &error) == 0)
    assert(hello.entropy_bytes <= LIMIT_ENTROPY_BYTES);
  if (frame->type == FRAME_RESUME) take_identity(frame);
  if (frame->type != FRAME_EXEC) return;
  if (spec_append(&host->assembly, frame->payload, frame->length, &error) != 0)
    spec_discard(&host->assembly);
  else if (frame->flags & FLAG_LAST)
    finish_spec(host);
}

/* Decodes from a copy that ends where the read ended, so that a look beyond it is seen. */
static long decode_copy(struct host *host, const uint8_t *bytes, size_t length) {
  uint8_t *copy = malloc(length ? length : 1);
  struct frame frame;
  const char *error = NULL;
  memcpy(copy, bytes, length);
  long taken = frame_decode(copy, length, &frame, &error);
  assert(taken <= (long)length && (taken < 0) == (error != NULL));
  if (taken > 0) obey(host, &frame);
  free(copy);
  return taken;
}

static void run_connection(struct host *host, const uint8_t *bytes, size_t size, size_t step) {
  size_t start = 0;
  size_t end = 0;
  while (end < size) {
    end = size - end < step ? size : end + step;
    long taken;
    while ((taken = decode_copy(host, bytes + start, end - start)) > 0) start += (size_t)taken;
    if (taken < 0) return;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0 || size > 4096) return 0;
  char *text = malloc(size + 1);
  memcpy(text, data, size);
  text[size] = 0;
  struct host host = {.accounts = text};
  run_connection(&host, data + 1, size - 1, (size_t)data[0] * 4 + 1);
  spec_discard(&host.assembly);
  session_of_stat(text);
  superblock_type(data, size);
  free(text);
  return 0;
}
