/* The one connection: accepting it, reading and obeying frames, writing what is queued. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <poll.h>
#include <unistd.h>

#include "bytes.h"
#include "engine.h"

#define HALT_LINGER_MILLIS 500
#define ANSWER_BYTES 16u

size_t out_free(const struct engine *engine) {
  const struct connection *c = &engine->connection;
  return OUT_BYTES - c->out_start - c->out_length;
}

uint8_t *out_frame(struct engine *engine, uint8_t type, uint8_t stream, uint16_t flags,
                   uint32_t id, uint32_t length) {
  struct connection *c = &engine->connection;
  uint8_t *p = engine->out + c->out_start + c->out_length;
  frame_header(p, type, stream, flags, id, length);
  c->out_length += HEADER_BYTES + length;
  return p + HEADER_BYTES;
}

static size_t error_frame(uint8_t *p, enum error_code code, const char *text) {
  size_t length = strnlen(text, LIMIT_TEXT_BYTES);
  frame_header(p, FRAME_ERROR, 0, 0, 0, (uint32_t)(2 + length));
  store16(p + HEADER_BYTES, (uint16_t)code);
  memcpy(p + HEADER_BYTES + 2, text, length);
  return HEADER_BYTES + 2 + length;
}

/* Queues an ERROR as the last frame; one attempt is made to send it, then the connection ends. */
static void refuse(struct engine *engine, enum error_code code, const char *text) {
  struct connection *c = &engine->connection;
  if (out_free(engine) >= HEADER_BYTES + 2 + LIMIT_TEXT_BYTES)
    c->out_length += error_frame(engine->out + c->out_start + c->out_length, code, text);
  c->closing = true;
}

static void turn_away(int fd) {
  uint8_t frame[HEADER_BYTES + 2 + LIMIT_TEXT_BYTES];
  size_t length = error_frame(frame, ERROR_BUSY, "another connection is being served");
  ssize_t sent = send(fd, frame, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)sent; /* best effort: the close says it too */
  close(fd);
}

static void adopt(struct engine *engine, int fd) {
  struct connection *c = &engine->connection;
  uint32_t generation = c->generation + 1;
  memset(c, 0, sizeof *c);
  c->fd = fd;
  c->generation = generation;
  c->readable = c->writable = true;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                              .data.u64 = TAG_CONNECTION | (uint64_t)generation << 32};
  if (epoll_ctl(engine->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) connection_lost(engine);
}

bool connection_accept(struct engine *engine) {
  int fd = accept4(engine->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    engine->acceptable = false;
    return false;
  }
  if (!platform_peer_allowed(fd)) {
    close(fd);
  } else if (engine->connection.fd >= 0) {
    turn_away(fd);
  } else {
    adopt(engine, fd);
  }
  return true;
}

void connection_lost(struct engine *engine) {
  struct connection *c = &engine->connection;
  close(c->fd);
  spec_discard(&c->assembly);
  c->fd = -1;
  c->readable = c->hung_up = c->writable = c->greeted = c->closing = false;
  c->in_length = c->out_start = c->out_length = 0;
  exec_lose_all(engine);
}

static uint8_t *put_text(uint8_t *p, const char *text) {
  size_t length = strnlen(text, LIMIT_TEXT_BYTES);
  store16(p, (uint16_t)length);
  memcpy(p + 2, text, length);
  return p + 2 + length;
}

static void send_hello(struct engine *engine) {
  const struct boot_report *r = engine->report;
  struct utsname kernel = {0};
  uname(&kernel);
  uint8_t body[56 + 4 * (2 + LIMIT_TEXT_BYTES)];
  store32(body, PROTOCOL_MAGIC);
  store16(body + 4, PROTOCOL_VERSION);
  store16(body + 6, (uint16_t)r->root);
  store32(body + 8, LIMIT_EXECS);
  store32(body + 12, 0);
  store64(body + 16, r->init_nanos);
  store64(body + 24, r->listening_nanos);
  store64(body + 32, r->mounted_nanos);
  store64(body + 40, r->rootfs_nanos);
  store64(body + 48, boottime_nanos());
  uint8_t *end = put_text(body + 56, kernel.release);
  end = put_text(end, r->root_type);
  end = put_text(end, r->root_error);
  end = put_text(end, r->problems);
  size_t length = (size_t)(end - body);
  memcpy(out_frame(engine, FRAME_AGENT_HELLO, 0, 0, 0, (uint32_t)length), body, length);
}

static const char *on_hello(struct engine *engine, const struct frame *frame) {
  struct hello hello;
  const char *error;
  if (engine->connection.greeted) return "a second HELLO";
  if (hello_decode(frame, &hello, &error) != 0) return error;
  if (hello.version != PROTOCOL_VERSION) {
    refuse(engine, ERROR_VERSION, "this agent speaks protocol version 2 only");
    return NULL;
  }
  if (hello.entropy_bytes != 0) platform_add_entropy(hello.entropy, hello.entropy_bytes);
  engine->connection.greeted = true;
  send_hello(engine);
  return NULL;
}

static const char *on_exec(struct engine *engine, const struct frame *frame) {
  struct connection *c = &engine->connection;
  struct spec spec;
  const char *error;
  if (c->assembly.id == 0) {
    if (frame->id <= c->last_id) return "exec ids must increase";
    c->assembly.id = c->last_id = frame->id;
  } else if (c->assembly.id != frame->id) {
    return "a second exec specification before the first is complete";
  }
  if (spec_append(&c->assembly, frame->payload, frame->length, &error) != 0) return error;
  if (!(frame->flags & FLAG_LAST)) return NULL;
  if (spec_parse(&c->assembly, &spec, &error) != 0) return error;
  exec_start(engine, frame->id, &spec);
  spec_free(&spec);
  return NULL;
}

static const char *on_attach(struct engine *engine, const struct frame *frame) {
  if (frame->id <= engine->connection.last_id) return "exec ids must increase";
  engine->connection.last_id = frame->id;
  kept_attach(engine, frame);
  return NULL;
}

/* Answers a frame of the connection: when it came, when it was done, what went wrong. */
static void answer(struct engine *engine, uint8_t type, uint64_t received, const char *problems) {
  size_t length = strlen(problems);
  uint8_t *p = out_frame(engine, type, 0, 0, 0, (uint32_t)(ANSWER_BYTES + length));
  store64(p, received);
  store64(p + 8, boottime_nanos());
  memcpy(p + ANSWER_BYTES, problems, length);
}

static void on_freeze(struct engine *engine, const struct frame *frame) {
  char problems[LIMIT_TEXT_BYTES] = "";
  uint64_t received = boottime_nanos();
  if (engine->started && !engine->frozen)
    platform_freeze(load32(frame->payload), problems, sizeof problems);
  engine->frozen = problems[0] == 0;
  answer(engine, FRAME_FROZEN, received, problems);
}

static void thaw(struct engine *engine) {
  if (engine->frozen) platform_thaw();
  engine->frozen = false;
}

static void on_thaw(struct engine *engine) {
  uint64_t received = boottime_nanos();
  thaw(engine);
  answer(engine, FRAME_THAWED, received, "");
}

/* Without a time it is only a question: what CLOCK_BOOTTIME is now. */
static void on_clock(struct engine *engine, const struct frame *frame) {
  uint64_t received = boottime_nanos();
  uint64_t boot_wall_nanos = load64(frame->payload);
  if (boot_wall_nanos != 0) platform_set_clock(boot_wall_nanos);
  answer(engine, FRAME_CLOCK_READ, received, "");
}

/* Done before the next frame is looked at: no exec runs as the machine that was saved. Nor does a
 * process that was saved with it: they are let go last, and not if anything went wrong. */
static const char *on_resume(struct engine *engine, const struct frame *frame) {
  static struct resume resume;
  const char *error;
  char problems[LIMIT_TEXT_BYTES] = "";
  uint64_t received = boottime_nanos();
  if (resume_decode(frame, &resume, &error) != 0) return error;
  resume.wall_nanos = resume.boot_wall_nanos + received;
  platform_resume(&resume, problems, sizeof problems);
  explicit_bzero(&resume, sizeof resume);
  if (problems[0] == 0) thaw(engine);
  answer(engine, FRAME_RESUMED, received, problems);
  return NULL;
}

/* The host may shut the whole machine down as soon as it has read the answer. */
static void on_power_off(struct engine *engine, const struct frame *frame) {
  struct connection *c = &engine->connection;
  int error = platform_quiesce(load32(frame->payload));
  c->out_start = c->out_length = 0;
  store32(out_frame(engine, FRAME_POWERING_OFF, 0, 0, 0, 4), (uint32_t)error);
  struct pollfd peer = {.fd = c->fd, .events = POLLOUT};
  while (c->out_length > 0 && poll(&peer, 1, HALT_LINGER_MILLIS) > 0) {
    ssize_t n = send(c->fd, engine->out + c->out_start, c->out_length, MSG_NOSIGNAL);
    if (n < 0) break;
    c->out_start += (size_t)n;
    c->out_length -= (size_t)n;
  }
  shutdown(c->fd, SHUT_WR);
  peer.events = POLLIN;
  poll(&peer, 1, HALT_LINGER_MILLIS);
  platform_halt();
}

/* A frame for an exec; late ones, for an exec that has ended, are no error. */
static const char *on_exec_frame(struct engine *engine, const struct frame *frame) {
  if (frame->id > engine->connection.last_id || frame->id == engine->connection.assembly.id)
    return "frame for an exec that was never started";
  struct exec *exec = exec_find(engine, frame->id);
  if (!exec) return NULL;
  switch (frame->type) {
    case FRAME_STDIN:
      return exec_stdin(exec, frame);
    case FRAME_CREDIT:
      return exec_credit(exec, frame->stream, load32(frame->payload));
    case FRAME_SIGNAL:
      exec_signal(exec, (int)load32(frame->payload));
      return NULL;
    case FRAME_RESIZE:
      exec_resize(exec, load16(frame->payload), load16(frame->payload + 2));
      return NULL;
    default:
      stream_close_output(exec, frame->stream);
      return NULL;
  }
}

static const char *dispatch(struct engine *engine, const struct frame *frame) {
  if (frame->type == FRAME_HELLO) return on_hello(engine, frame);
  if (!engine->connection.greeted) return "the first frame must be HELLO";
  if (frame->type == FRAME_EXEC) return on_exec(engine, frame);
  if (frame->type == FRAME_ATTACH) return on_attach(engine, frame);
  if (frame->type == FRAME_RESUME) return on_resume(engine, frame);
  switch (frame->type) {
    case FRAME_FREEZE:
      on_freeze(engine, frame);
      return NULL;
    case FRAME_CLOCK:
      on_clock(engine, frame);
      return NULL;
    case FRAME_THAW:
      on_thaw(engine);
      return NULL;
    case FRAME_POWER_OFF:
      on_power_off(engine, frame);
      return NULL;
    default:
      return on_exec_frame(engine, frame);
  }
}

/* Obeys the frames in the buffer as long as there is room for the answers. */
static bool obey(struct engine *engine) {
  struct connection *c = &engine->connection;
  size_t at = 0;
  while (!c->closing && out_free(engine) >= OUT_RESERVE_BYTES) {
    struct frame frame;
    const char *error = NULL;
    long taken = frame_decode(engine->in + at, c->in_length - at, &frame, &error);
    if (taken == 0) break;
    if (taken > 0) error = dispatch(engine, &frame);
    if (error) refuse(engine, ERROR_PROTOCOL, error);
    if (taken < 0) break;
    at += (size_t)taken;
  }
  c->in_length -= at;
  if (at > 0) memmove(engine->in, engine->in + at, c->in_length);
  return at > 0;
}

bool connection_input(struct engine *engine) {
  struct connection *c = &engine->connection;
  if (c->fd < 0) return false;
  bool progress = obey(engine);
  size_t space = IN_BYTES - c->in_length;
  if (!c->readable || c->closing || space < FRAME_BYTES_MAX) return progress;
  ssize_t n = recv(c->fd, engine->in + c->in_length, space, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    c->readable = errno == EINTR;
    return progress;
  }
  if (n <= 0) {
    connection_lost(engine);
    return true;
  }
  c->in_length += (size_t)n;
  /* Less than asked for: the socket is empty, and what comes next is a new event, unless the end
   * came with this one. */
  c->readable = (size_t)n == space || c->hung_up;
  obey(engine);
  return true;
}

bool connection_flush(struct engine *engine) {
  struct connection *c = &engine->connection;
  if (c->fd < 0) return false;
  while (c->out_length > 0 && c->writable) {
    ssize_t n = send(c->fd, engine->out + c->out_start, c->out_length, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) {
      c->writable = false;
    } else if (n < 0) {
      connection_lost(engine);
      return true;
    } else {
      c->out_start += (size_t)n;
      c->out_length -= (size_t)n;
    }
  }
  if (c->out_length > 0 && c->out_start > OUT_BYTES / 2) {
    memmove(engine->out, engine->out + c->out_start, c->out_length);
    c->out_start = 0;
  }
  bool emptied = c->out_length == 0 && c->out_start > 0;
  if (c->out_length == 0) c->out_start = 0;
  if (c->closing) {
    connection_lost(engine);
    return true;
  }
  return emptied;
}
