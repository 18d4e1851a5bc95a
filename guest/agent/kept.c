/* Sessions: execs that outlive their connection, and what is kept of their output meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "engine.h"

#define ATTACHED_BYTES 48u

static struct exec *find(struct engine *engine, const char *name) {
  for (unsigned i = 0; i < LIMIT_EXECS; i++) {
    struct exec *exec = &engine->execs[i];
    if (exec->used && !exec->lost && strcmp(exec->session, name) == 0) return exec;
  }
  return NULL;
}

static unsigned count(const struct engine *engine) {
  unsigned n = 0;
  for (unsigned i = 0; i < LIMIT_EXECS; i++)
    n += engine->execs[i].used && !engine->execs[i].lost && engine->execs[i].session[0] != 0;
  return n;
}

static bool have_spare(struct engine *engine) {
  for (unsigned i = 0; i < 2; i++) {
    if (!engine->spare[i]) engine->spare[i] = malloc(sizeof *engine->spare[i]);
    if (!engine->spare[i]) return false;
  }
  return true;
}

bool kept_admit(struct engine *engine, const struct spec *spec, struct spawn_failure *failure) {
  failure->kind = START_NO_RESOURCES;
  if (!spec->session) return true;
  if (find(engine, spec->session)) {
    snprintf(failure->text, sizeof failure->text, "session '%s' exists already", spec->session);
  } else if (count(engine) >= LIMIT_SESSIONS) {
    snprintf(failure->text, sizeof failure->text, "%u sessions exist already; attach to one that ended",
             LIMIT_SESSIONS);
  } else if (!have_spare(engine)) {
    snprintf(failure->text, sizeof failure->text, "no memory for the output of a session");
  } else {
    return true;
  }
  return false;
}

void kept_open(struct engine *engine, struct exec *exec, const char *name) {
  for (unsigned i = 0; i < 2; i++) {
    exec->outputs[i].ring = engine->spare[i];
    exec->outputs[i].ring->end = 0;
    engine->spare[i] = NULL;
  }
  strcpy(exec->session, name);
}

void kept_close(struct exec *exec) {
  for (unsigned i = 0; i < 2; i++) {
    free(exec->outputs[i].ring);
    exec->outputs[i].ring = NULL;
  }
  exec->session[0] = 0;
}

void kept_detach(struct exec *exec) {
  exec->id = 0;
  exec->exit_sent = false;
  exec->outputs[0].end_sent = false;
  exec->outputs[1].end_sent = exec->tty;
}

static void send_attached(struct engine *engine, const struct exec *exec) {
  const struct input *input = &exec->input;
  bool open = input->expected && !input->end_wanted && input->fd >= 0;
  uint8_t *p = out_frame(engine, FRAME_ATTACHED, 0, 0, exec->id, ATTACHED_BYTES);
  store32(p, (uint32_t)exec->pid);
  store32(p + 4, (exec->tty ? ATTACHED_TTY : 0) | (open ? ATTACHED_STDIN : 0));
  store64(p + 8, exec->received_nanos);
  store64(p + 16, exec->started_nanos);
  store64(p + 24, exec->outputs[0].sent);
  store64(p + 32, exec->outputs[1].sent);
  store32(p + 40, LIMIT_STDIN_WINDOW - input->outstanding);
  store32(p + 44, 0);
}

void kept_attach(struct engine *engine, const struct frame *frame) {
  struct spawn_failure failure = {START_NO_SESSION, 0, ""};
  char name[LIMIT_SESSION_BYTES];
  memcpy(name, frame->payload, frame->length);
  name[frame->length] = 0;
  struct exec *exec = find(engine, name);
  if (!exec || exec->id != 0) {
    snprintf(failure.text, sizeof failure.text,
             exec ? "session '%s' is attached already" : "there is no session '%s'", name);
    exec_start_failed(engine, frame->id, boottime_nanos(), &failure);
    return;
  }
  exec->id = frame->id;
  exec->input.outstanding = (uint32_t)exec->input.length;
  exec->input.grant_due = 0;
  for (unsigned i = 0; i < 2; i++) {
    exec->outputs[i].credit = LIMIT_OUTPUT_WINDOW;
    exec->outputs[i].sent = ring_start(exec->outputs[i].ring);
  }
  send_attached(engine, exec);
}
