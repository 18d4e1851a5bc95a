/* The table of execs: starting, signalling and reaping processes. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "bytes.h"
#include "engine.h"
#include "session.h"
#include "spawn.h"

#define STARTED_BYTES 20u
#define START_FAILED_BYTES 24u

struct exec *exec_find(struct engine *engine, uint32_t id) {
  for (unsigned i = 0; i < LIMIT_EXECS; i++) {
    struct exec *exec = &engine->execs[i];
    if (exec->used && !exec->lost && exec->id == id) return exec;
  }
  return NULL;
}

static struct exec *free_slot(struct engine *engine) {
  for (unsigned i = 0; i < LIMIT_EXECS; i++)
    if (!engine->execs[i].used) return &engine->execs[i];
  return NULL;
}

static void send_started(struct engine *engine, const struct exec *exec) {
  uint8_t *p = out_frame(engine, FRAME_STARTED, 0, 0, exec->id, STARTED_BYTES);
  store32(p, (uint32_t)exec->pid);
  store64(p + 4, exec->received_nanos);
  store64(p + 12, exec->started_nanos);
}

void exec_start_failed(struct engine *engine, uint32_t id, uint64_t received,
                       const struct spawn_failure *failure) {
  size_t text = strnlen(failure->text, LIMIT_TEXT_BYTES);
  uint8_t *p = out_frame(engine, FRAME_START_FAILED, 0, 0, id,
                         (uint32_t)(START_FAILED_BYTES + text));
  store32(p, failure->kind);
  store32(p + 4, (uint32_t)failure->error);
  store64(p + 8, received);
  store64(p + 16, boottime_nanos());
  memcpy(p + START_FAILED_BYTES, failure->text, text);
}

static bool watch_part(struct engine *engine, const struct exec *exec, int fd, enum part part,
                       uint32_t events) {
  uint64_t slot = (uint64_t)(exec - engine->execs);
  struct epoll_event event = {
      .events = events | EPOLLET,
      .data.u64 = TAG_EXEC | (uint64_t)part << 3 | slot << 8 | (uint64_t)exec->generation << 32};
  return fd < 0 || epoll_ctl(engine->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Fails only without memory: then the process sees closed streams instead of silence. */
static void watch_exec(struct engine *engine, struct exec *exec) {
  int out = exec->outputs[0].fd;
  if (exec->tty) {
    if (!watch_part(engine, exec, out, PART_TERMINAL, EPOLLIN | EPOLLOUT))
      stream_close_output(exec, STREAM_STDOUT);
    return;
  }
  if (!watch_part(engine, exec, exec->input.fd, PART_STDIN, EPOLLOUT)) stream_close_stdin(exec);
  if (!watch_part(engine, exec, out, PART_STDOUT, EPOLLIN))
    stream_close_output(exec, STREAM_STDOUT);
  if (!watch_part(engine, exec, exec->outputs[1].fd, PART_STDERR, EPOLLIN))
    stream_close_output(exec, STREAM_STDERR);
}

static void fill_slot(struct exec *exec, uint32_t id, uint64_t received, const struct spec *spec,
                      const struct spawned *spawned) {
  uint16_t generation = (uint16_t)(exec->generation + 1);
  memset(exec, 0, sizeof *exec);
  exec->used = true;
  exec->generation = generation;
  exec->id = id;
  exec->received_nanos = received;
  exec->started_nanos = boottime_nanos();
  exec->pid = spawned->pid;
  exec->tty = spec->tty;
  exec->input.fd = spec->tty && !spec->wants_stdin ? -1 : spawned->stdin_fd;
  exec->input.expected = spec->wants_stdin;
  exec->input.writable = true;
  exec->outputs[0] = (struct output){.fd = spawned->stdout_fd, .credit = LIMIT_OUTPUT_WINDOW};
  exec->outputs[1] = (struct output){
      .fd = spawned->stderr_fd, .credit = LIMIT_OUTPUT_WINDOW, .end_sent = spec->tty};
}

void exec_start(struct engine *engine, uint32_t id, struct spec *spec) {
  uint64_t received = boottime_nanos();
  struct spawn_failure failure = {START_NO_ROOTFS, 0, ""};
  struct spawned spawned;
  struct exec *exec = free_slot(engine);
  engine->started = true;
  if (engine->report->root == ROOT_FAILED) {
    snprintf(failure.text, sizeof failure.text, "%s", engine->report->root_error);
  } else if (engine->frozen) {
    /* It would be born frozen, and the agent waits for it to run its program. */
    failure.kind = START_NO_RESOURCES;
    snprintf(failure.text, sizeof failure.text, "the machine is being saved; try again");
  } else if (!exec) {
    failure.kind = START_NO_RESOURCES;
    snprintf(failure.text, sizeof failure.text, "%u processes run already; wait for one to end",
             LIMIT_EXECS);
  } else if (kept_admit(engine, spec, &failure) &&
             spawn(spec, engine->null_fd, &spawned, &failure) == 0) {
    fill_slot(exec, id, received, spec, &spawned);
    if (spec->session) kept_open(engine, exec, spec->session);
    watch_exec(engine, exec);
    send_started(engine, exec);
    return;
  }
  exec_start_failed(engine, id, received, &failure);
}

const char *exec_stdin(struct exec *exec, const struct frame *frame) {
  struct input *input = &exec->input;
  if (!input->expected) return "stdin for an exec without stdin";
  if (input->end_wanted) return "stdin after its end";
  if (frame->length > LIMIT_STDIN_WINDOW - input->outstanding) return "stdin beyond its credit";
  input->outstanding += frame->length;
  input->end_wanted = frame->flags & FLAG_LAST;
  if (input->fd < 0) return NULL;
  return stream_accept_stdin(exec, frame->payload, frame->length);
}

const char *exec_credit(struct exec *exec, unsigned stream, uint32_t bytes) {
  struct output *output = &exec->outputs[stream - STREAM_STDOUT];
  if (bytes > LIMIT_OUTPUT_WINDOW - output->credit) return "credit beyond the window";
  output->credit += bytes;
  return NULL;
}

/* Keys that a terminal sends to the foreground only. */
static bool is_keyboard_signal(int signal) {
  return signal == SIGINT || signal == SIGQUIT || signal == SIGTSTP || signal == SIGWINCH;
}

void exec_signal(const struct exec *exec, int signal) {
  pid_t foreground = 0;
  if (exec->exited) return;
  if (exec->tty && exec->outputs[0].fd >= 0 &&
      ioctl(exec->outputs[0].fd, TIOCGPGRP, &foreground) == 0 && foreground > 0 &&
      foreground != exec->pid) {
    kill(-foreground, signal);
    if (is_keyboard_signal(signal)) return;
  }
  kill(-exec->pid, signal);
}

void exec_resize(const struct exec *exec, uint16_t rows, uint16_t cols) {
  struct winsize size = {.ws_row = rows, .ws_col = cols};
  if (exec->tty && exec->outputs[0].fd >= 0) ioctl(exec->outputs[0].fd, TIOCSWINSZ, &size);
}

void exec_release(struct exec *exec) {
  stream_close_stdin(exec);
  stream_close_output(exec, STREAM_STDOUT);
  stream_close_output(exec, STREAM_STDERR);
  kept_close(exec);
  free(exec->input.bytes);
  exec->input.bytes = NULL;
  exec->used = false;
}

/* What its pipes hold now is its output; what others may write to them later is not. */
static void start_draining(struct exec *exec) {
  for (unsigned i = 0; i < 2; i++) {
    struct output *output = &exec->outputs[i];
    int left = 0;
    if (output->fd < 0) continue;
    if (!exec->tty && ioctl(output->fd, FIONREAD, &left) != 0) left = 0;
    output->draining = true;
    output->drain_left = exec->tty ? UINT32_MAX : (uint32_t)left;
  }
}

static void take_exit(struct exec *exec, int status, const struct rusage *usage) {
  exec->exited = true;
  exec->status = status;
  exec->exited_nanos = boottime_nanos();
  exec->user_micros = (uint64_t)usage->ru_utime.tv_sec * 1000000u + (uint64_t)usage->ru_utime.tv_usec;
  exec->system_micros =
      (uint64_t)usage->ru_stime.tv_sec * 1000000u + (uint64_t)usage->ru_stime.tv_usec;
  exec->max_rss_bytes = (uint64_t)usage->ru_maxrss * 1024u;
  if (exec->lost) {
    exec_release(exec);
    return;
  }
  stream_close_stdin(exec);
  start_draining(exec);
}

bool exec_reap(struct engine *engine) {
  struct rusage usage;
  int status;
  pid_t pid;
  engine->child_changed = false;
  while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
    for (unsigned i = 0; i < LIMIT_EXECS; i++) {
      struct exec *exec = &engine->execs[i];
      if (exec->used && !exec->exited && exec->pid == pid) take_exit(exec, status, &usage);
    }
  }
  return true;
}

void exec_lose_all(struct engine *engine) {
  for (unsigned i = 0; i < LIMIT_EXECS; i++) {
    struct exec *exec = &engine->execs[i];
    if (!exec->used || exec->lost) continue;
    if (exec->session[0] != 0) {
      kept_detach(exec);
      continue;
    }
    if (exec->exited) {
      exec_release(exec);
      continue;
    }
    exec_signal(exec, SIGHUP);
    exec_signal(exec, SIGCONT);
    exec->lost = true;
    stream_close_stdin(exec);
    stream_close_output(exec, STREAM_STDOUT);
    stream_close_output(exec, STREAM_STDERR);
    if (engine->kill_at_nanos == 0)
      engine->kill_at_nanos = boottime_nanos() + LOST_CONNECTION_GRACE_MILLIS * 1000000ull;
  }
}

void exec_kill_lost(struct engine *engine) {
  engine->kill_at_nanos = 0;
  for (unsigned i = 0; i < LIMIT_EXECS; i++) {
    const struct exec *exec = &engine->execs[i];
    if (exec->used && exec->lost && !exec->exited) session_kill(exec->pid);
  }
}

void exec_event(struct engine *engine, uint64_t tag, uint32_t events) {
  struct exec *exec = &engine->execs[tag >> 8 & (LIMIT_EXECS - 1)];
  if (!exec->used || exec->generation != (uint16_t)(tag >> 32)) return;
  switch ((enum part)(tag >> 3 & 3)) {
    case PART_STDIN:
      exec->input.writable = true;
      /* Nobody can read it any more: say so even when nothing waits to be written. */
      if (events & EPOLLERR && exec->input.fd >= 0) {
        stream_close_stdin(exec);
        exec->input.closed_due = true;
      }
      break;
    case PART_STDOUT:
    case PART_STDERR: {
      struct output *output = &exec->outputs[(tag >> 3 & 3) - PART_STDOUT];
      output->readable = true;
      if (events & (EPOLLHUP | EPOLLERR)) output->hung_up = true;
      break;
    }
    case PART_TERMINAL:
      if (events & ~(uint32_t)EPOLLOUT) exec->outputs[0].readable = true;
      if (events & ~(uint32_t)EPOLLIN) exec->input.writable = true;
      break;
  }
}
