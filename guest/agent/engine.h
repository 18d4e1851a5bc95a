/*
 * The engine: one thread, one epoll set, one connection, a table of execs. Descriptors are watched
 * edge-triggered; the flags below remember what is ready, so that an idle stream costs no system
 * call.
 */
#ifndef SPORE_AGENT_ENGINE_H
#define SPORE_AGENT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame.h"
#include "limits.h"
#include "platform.h"
#include "protocol.h"
#include "ring.h"
#include "spawn.h"
#include "spec.h"

#define FRAME_BYTES_MAX (HEADER_BYTES + LIMIT_PAYLOAD_BYTES)
#define IN_BYTES (2u * FRAME_BYTES_MAX)
#define OUT_BYTES (4u * FRAME_BYTES_MAX)

/* Kept free for answers to one input frame, so that streams cannot crowd them out. */
#define OUT_RESERVE_BYTES 8192u

/* One output of a process on its way to the host. */
struct output {
  int fd; /* -1: closed */
  uint32_t credit;
  bool readable;
  bool hung_up;        /* nobody can write any more: what comes is what is left, then the end */
  bool draining;       /* the process is gone: send `drain_left` more bytes, then the end */
  uint32_t drain_left;
  bool end_sent;
  struct ring *ring; /* of a session: what was read last; NULL: no session */
  uint64_t sent;     /* place in the ring up to which this connection has it */
};

/* Bytes for a process's stdin that its pipe did not take yet. */
struct input {
  int fd; /* -1: closed */
  bool expected; /* the specification asked for it */
  bool writable;
  bool end_wanted; /* the host sent the end: close when `length` is 0 */
  bool closed_due; /* the process closed it: tell the host */
  uint8_t *bytes;  /* allocated at the first need, kept as long as the exec */
  size_t start;
  size_t length;
  uint32_t outstanding; /* of the window: received, not yet granted again */
  uint32_t grant_due;   /* written to the process, not yet granted again */
};

struct exec {
  bool used;
  bool lost; /* its connection is gone */
  bool tty;
  bool exited;
  bool exit_sent;
  uint16_t generation; /* tells events of an earlier user of this slot apart */
  uint32_t id; /* 0: a session nobody is attached to */
  pid_t pid;
  char session[LIMIT_SESSION_BYTES]; /* empty: ends with its connection */
  struct input input;
  struct output outputs[2];
  int status; /* of wait4 */
  uint64_t received_nanos; /* the specification */
  uint64_t started_nanos;
  uint64_t exited_nanos;
  uint64_t user_micros;
  uint64_t system_micros;
  uint64_t max_rss_bytes;
};

struct connection {
  int fd; /* -1: none */
  bool readable;
  bool hung_up; /* the host closed: what comes is what is left, then the end */
  bool writable;
  bool greeted;
  bool closing; /* an ERROR was queued: flush, then close */
  uint32_t last_id;
  uint32_t generation;
  struct spec_assembly assembly;
  size_t in_length;
  size_t out_start;
  size_t out_length;
};

_Static_assert((LIMIT_EXECS & (LIMIT_EXECS - 1)) == 0, "slots are taken by mask");

struct engine {
  int epoll_fd;
  int listen_fd;
  int signal_fd;
  int null_fd;
  bool acceptable;
  bool child_changed;
  uint64_t kill_at_nanos; /* when the lost execs get SIGKILL; 0: none */
  unsigned turn;          /* which exec is served first: rotates */
  struct boot_report *report;
  bool started; /* a process, ever: before that there is nobody to hold */
  bool frozen;  /* between FREEZE and THAW, or RESUME in another life */
  struct connection connection;
  struct ring *spare[2]; /* for the next session */
  struct exec execs[LIMIT_EXECS];
  uint8_t in[IN_BYTES];
  uint8_t out[OUT_BYTES];
};

/* Serves the listening socket; returns only when the engine itself cannot work, with errno set. */
void engine_run(struct engine *engine, int listen_fd, struct boot_report *report);

/* connection.c */
bool connection_accept(struct engine *engine);
bool connection_input(struct engine *engine);
bool connection_flush(struct engine *engine);
void connection_lost(struct engine *engine);
size_t out_free(const struct engine *engine);
/* Queues a frame; the caller has checked out_free(). Returns where its payload goes. */
uint8_t *out_frame(struct engine *engine, uint8_t type, uint8_t stream, uint16_t flags,
                   uint32_t id, uint32_t length);

/* exec.c: what a frame or an event does to an exec. */
struct exec *exec_find(struct engine *engine, uint32_t id);
void exec_start(struct engine *engine, uint32_t id, struct spec *spec);
void exec_start_failed(struct engine *engine, uint32_t id, uint64_t received_nanos,
                       const struct spawn_failure *failure);
const char *exec_stdin(struct exec *exec, const struct frame *frame);
const char *exec_credit(struct exec *exec, unsigned stream, uint32_t bytes);
void exec_signal(const struct exec *exec, int signal);
void exec_resize(const struct exec *exec, uint16_t rows, uint16_t cols);
void exec_release(struct exec *exec);
bool exec_reap(struct engine *engine);
void exec_lose_all(struct engine *engine);
void exec_kill_lost(struct engine *engine);
void exec_event(struct engine *engine, uint64_t tag, uint32_t events);

/* kept.c: sessions. */
/* Whether the session that is asked for, if any, can be had; else `failure` says why not. */
bool kept_admit(struct engine *engine, const struct spec *spec, struct spawn_failure *failure);
/* Makes an exec the session that was admitted. */
void kept_open(struct engine *engine, struct exec *exec, const char *name);
void kept_close(struct exec *exec);
/* The connection is gone and the session stays. */
void kept_detach(struct exec *exec);
void kept_attach(struct engine *engine, const struct frame *frame);

/* stream.c: moving bytes and sending what is due. */
bool stream_pump(struct engine *engine);
/* Takes some of what detached sessions write; true when there may be more. */
bool stream_pump_detached(struct engine *engine);
const char *stream_accept_stdin(struct exec *exec, const uint8_t *bytes, size_t length);
void stream_close_stdin(struct exec *exec);
void stream_close_output(struct exec *exec, unsigned stream);

/* epoll tags: the descriptors of execs carry slot, part and generation. */
enum tag { TAG_LISTEN = 1, TAG_CONNECTION = 2, TAG_SIGNAL = 3, TAG_EXEC = 4 };
enum part { PART_STDIN = 0, PART_STDOUT = 1, PART_STDERR = 2, PART_TERMINAL = 3 };

#endif
