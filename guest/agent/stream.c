/* Moving bytes between processes and the connection, and sending the frames that are due. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "engine.h"

#define TERMINAL_EOF 4 /* ^D: what a terminal's line discipline takes for the end of input */
#define EXIT_BYTES 40u
#define CONTROL_BYTES 64u   /* more than any frame sent from here without stream data */
#define DETACHED_CHUNK_BYTES 16384u
#define CHUNK_BYTES_MIN 4096u /* below this, wait for the output buffer to be flushed */

/* A terminal has one descriptor for both ways: it is closed with the output. */
void stream_close_stdin(struct exec *exec) {
  if (exec->input.fd >= 0 && !exec->tty) close(exec->input.fd);
  exec->input.fd = -1;
  exec->input.length = 0;
}

void stream_close_output(struct exec *exec, unsigned stream) {
  struct output *output = &exec->outputs[stream - STREAM_STDOUT];
  if (output->fd < 0) return;
  close(output->fd);
  output->fd = -1;
  if (exec->tty) exec->input.fd = -1;
}

/* Writes until done or full; the number of bytes taken. A reader that left closes the stream. */
static size_t write_some(struct exec *exec, const uint8_t *bytes, size_t length) {
  struct input *input = &exec->input;
  size_t done = 0;
  while (done < length && input->writable && input->fd >= 0) {
    ssize_t n = write(input->fd, bytes + done, length - done);
    if (n > 0) {
      done += (size_t)n;
      /* A pipe that took a part is full. */
      if (done < length && !exec->tty) input->writable = false;
    } else if (n == 0 || errno == EAGAIN) {
      input->writable = false;
    } else if (errno != EINTR) {
      stream_close_stdin(exec);
      input->closed_due = true;
    }
  }
  input->grant_due += (uint32_t)done;
  return done;
}

static void finish_stdin(struct exec *exec) {
  if (exec->input.end_wanted && exec->input.length == 0 && !exec->tty) stream_close_stdin(exec);
}

/* One byte more than the window, for the terminal's end of input. */
static const char *keep(struct input *input, const uint8_t *bytes, size_t length) {
  size_t capacity = LIMIT_STDIN_WINDOW + 1;
  if (length == 0) return NULL;
  if (!input->bytes) input->bytes = malloc(capacity);
  if (!input->bytes) return "no memory for stdin";
  if (input->length > 0 && input->start > 0)
    memmove(input->bytes, input->bytes + input->start, input->length);
  input->start = 0;
  memcpy(input->bytes + input->length, bytes, length);
  input->length += length;
  return NULL;
}

const char *stream_accept_stdin(struct exec *exec, const uint8_t *bytes, size_t length) {
  static const uint8_t terminal_eof = TERMINAL_EOF;
  struct input *input = &exec->input;
  size_t done = input->length == 0 ? write_some(exec, bytes, length) : 0;
  if (input->fd < 0) return NULL;
  const char *error = keep(input, bytes + done, length - done);
  if (!error && exec->tty && input->end_wanted) error = keep(input, &terminal_eof, 1);
  finish_stdin(exec);
  return error;
}

static bool pump_stdin(struct exec *exec) {
  struct input *input = &exec->input;
  if (input->fd < 0 || input->length == 0 || !input->writable) return false;
  size_t done = write_some(exec, input->bytes + input->start, input->length);
  if (input->fd < 0) return true;
  input->start += done;
  input->length -= done;
  finish_stdin(exec);
  return done > 0;
}

/* How much of this output may be sent now: by credit, by room. */
static size_t chunk_size(const struct engine *engine, const struct output *output) {
  size_t room = out_free(engine);
  size_t size = LIMIT_PAYLOAD_BYTES;
  if (room < OUT_RESERVE_BYTES + HEADER_BYTES + CHUNK_BYTES_MIN) return 0;
  room -= OUT_RESERVE_BYTES + HEADER_BYTES;
  if (size > room) size = room;
  return size > output->credit ? output->credit : size;
}

/* Whether there may be something to read. */
static bool output_due(struct exec *exec, unsigned stream) {
  struct output *output = &exec->outputs[stream - STREAM_STDOUT];
  if (output->draining && output->drain_left == 0) stream_close_output(exec, stream);
  return output->fd >= 0 && (output->readable || output->draining);
}

/* Reads what the process wrote; 0 when there is nothing now, or nothing more. */
static size_t take_output(struct exec *exec, unsigned stream, uint8_t *at, size_t size) {
  struct output *output = &exec->outputs[stream - STREAM_STDOUT];
  ssize_t n;
  if (output->draining && size > output->drain_left) size = output->drain_left;
  do {
    n = read(output->fd, at, size);
  } while (n < 0 && errno == EINTR);
  if (n > 0) {
    if (output->draining && !exec->tty) output->drain_left -= (uint32_t)n;
    /* A pipe that gave less than asked for is empty, and then only its end may have been announced
     * already; a terminal gives a line at a time. */
    if ((size_t)n < size && !exec->tty) output->readable = output->hung_up;
    if (output->ring) ring_put(output->ring, at, (size_t)n);
    return (size_t)n;
  }
  /* A terminal nobody has open (EIO) may belong to a process that is just about to exit: to close
   * it would hang that process up and spoil its exit status. */
  bool wait = exec->tty || (n < 0 && errno == EAGAIN);
  output->readable = false;
  if (output->draining || !wait) stream_close_output(exec, stream);
  return 0;
}

/* Whether the session has output from before that this connection does not have yet. */
static bool replay_due(const struct output *output) {
  return output->ring && output->sent < output->ring->end;
}

/* One chunk, so that every stream gets its turn. */
static bool pump_output(struct engine *engine, struct exec *exec, unsigned stream) {
  struct output *output = &exec->outputs[stream - STREAM_STDOUT];
  const struct connection *c = &engine->connection;
  bool replay = replay_due(output);
  if (!replay && !output_due(exec, stream)) return false;
  size_t size = chunk_size(engine, output);
  if (size == 0) return false;
  uint8_t *at = engine->out + c->out_start + c->out_length + HEADER_BYTES;
  size_t n = replay ? ring_copy(output->ring, output->sent, at, size)
                    : take_output(exec, stream, at, size);
  if (n == 0) return true;
  out_frame(engine, FRAME_OUTPUT, (uint8_t)stream, 0, exec->id, (uint32_t)n);
  output->credit -= (uint32_t)n;
  output->sent += n;
  return true;
}

static void send_exit(struct engine *engine, struct exec *exec) {
  uint8_t *p = out_frame(engine, FRAME_EXIT, 0, 0, exec->id, EXIT_BYTES);
  bool by_signal = WIFSIGNALED(exec->status);
  store32(p, by_signal ? 1 : 0);
  store32(p + 4, (uint32_t)(by_signal ? WTERMSIG(exec->status) : WEXITSTATUS(exec->status)));
  store64(p + 8, exec->exited_nanos);
  store64(p + 16, exec->user_micros);
  store64(p + 24, exec->system_micros);
  store64(p + 32, exec->max_rss_bytes);
  exec->exit_sent = true;
}

static bool send_control(struct engine *engine, struct exec *exec) {
  struct input *input = &exec->input;
  size_t before = engine->connection.out_length;
  if (input->closed_due && !exec->exited) {
    out_frame(engine, FRAME_STDIN_CLOSED, 0, 0, exec->id, 0);
    input->closed_due = false;
  } else if (input->fd >= 0 && !input->end_wanted && input->grant_due >= LIMIT_STDIN_WINDOW / 2) {
    store32(out_frame(engine, FRAME_STDIN_CREDIT, 0, 0, exec->id, 4), input->grant_due);
    input->outstanding -= input->grant_due;
    input->grant_due = 0;
  } else if (exec->exited && !exec->exit_sent) {
    send_exit(engine, exec);
  } else {
    for (uint8_t i = 0; i < 2 && engine->connection.out_length == before; i++) {
      const struct output *output = &exec->outputs[i];
      if (output->fd >= 0 || output->end_sent || replay_due(output)) continue;
      out_frame(engine, FRAME_OUTPUT, (uint8_t)(i + STREAM_STDOUT), FLAG_LAST, exec->id, 0);
      exec->outputs[i].end_sent = true;
    }
  }
  return engine->connection.out_length != before;
}

static bool pump_exec(struct engine *engine, struct exec *exec) {
  bool progress = pump_stdin(exec);
  progress |= pump_output(engine, exec, STREAM_STDOUT);
  progress |= pump_output(engine, exec, STREAM_STDERR);
  while (out_free(engine) >= CONTROL_BYTES && send_control(engine, exec)) progress = true;
  if (exec->exit_sent && exec->outputs[0].end_sent && exec->outputs[1].end_sent) exec_release(exec);
  return progress;
}

bool stream_pump(struct engine *engine) {
  bool progress = false;
  if (engine->connection.fd < 0 || engine->connection.closing) return false;
  unsigned first = engine->turn++;
  for (unsigned i = 0; i < LIMIT_EXECS; i++) {
    struct exec *exec = &engine->execs[(first + i) & (LIMIT_EXECS - 1)];
    if (exec->used && !exec->lost && exec->id != 0) progress |= pump_exec(engine, exec);
  }
  return progress;
}

bool stream_pump_detached(struct engine *engine) {
  static uint8_t bytes[DETACHED_CHUNK_BYTES];
  bool progress = false;
  for (unsigned i = 0; i < LIMIT_EXECS; i++) {
    struct exec *exec = &engine->execs[i];
    if (!exec->used || exec->lost || exec->id != 0) continue;
    progress |= pump_stdin(exec);
    for (unsigned stream = STREAM_STDOUT; stream <= STREAM_STDERR; stream++)
      if (output_due(exec, stream)) progress |= take_output(exec, stream, bytes, sizeof bytes) > 0;
  }
  return progress;
}
