#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX 64

static void ignore_signal(int signal) { (void)signal; }

uint64_t boottime_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int watch(struct engine *engine, int fd, uint32_t events, uint64_t tag) {
  struct epoll_event event = {.events = events | EPOLLET, .data.u64 = tag};
  return epoll_ctl(engine->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int engine_open(struct engine *engine, int listen_fd) {
  sigset_t child;
  /* A handler, not SIG_IGN: what is ignored here would stay ignored in every process started. */
  struct sigaction action = {.sa_handler = ignore_signal};
  sigaction(SIGPIPE, &action, NULL);
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  engine->listen_fd = listen_fd;
  engine->connection.fd = -1;
  engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  engine->signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  engine->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (engine->epoll_fd < 0 || engine->signal_fd < 0 || engine->null_fd < 0) return -1;
  if (watch(engine, listen_fd, EPOLLIN, TAG_LISTEN) != 0) return -1;
  return watch(engine, engine->signal_fd, EPOLLIN, TAG_SIGNAL);
}

static void drain_signals(struct engine *engine) {
  struct signalfd_siginfo info;
  ssize_t n = read(engine->signal_fd, &info, sizeof info);
  engine->child_changed = n > 0 || errno != EAGAIN;
}

static void take_event(struct engine *engine, const struct epoll_event *event) {
  switch (event->data.u64 & 7) {
    case TAG_LISTEN:
      engine->acceptable = true;
      break;
    case TAG_CONNECTION:
      if (event->data.u64 >> 32 != engine->connection.generation) break;
      if (event->events & ~(uint32_t)EPOLLOUT) engine->connection.readable = true;
      if (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) engine->connection.hung_up = true;
      if (event->events & ~(uint32_t)EPOLLIN) engine->connection.writable = true;
      break;
    case TAG_SIGNAL:
      drain_signals(engine);
      break;
    default:
      exec_event(engine, event->data.u64, event->events);
      break;
  }
}

/* Everything that can be done without waiting; true when there may be more. */
static bool work(struct engine *engine) {
  /* First the end of the old connection, then a new one: a host that reconnects is not turned away. */
  bool progress = connection_input(engine);
  if (engine->acceptable && (engine->connection.fd < 0 || !engine->connection.hung_up))
    progress |= connection_accept(engine);
  if (engine->child_changed) progress |= exec_reap(engine);
  progress |= stream_pump(engine);
  progress |= connection_flush(engine);
  return progress;
}

static int wait_millis(const struct engine *engine) {
  if (engine->kill_at_nanos == 0) return -1;
  uint64_t now = boottime_nanos();
  if (now >= engine->kill_at_nanos) return 0;
  return (int)((engine->kill_at_nanos - now) / 1000000u) + 1;
}

static int wait_events(struct engine *engine, bool busy) {
  struct epoll_event events[EVENTS_MAX];
  int n = epoll_wait(engine->epoll_fd, events, EVENTS_MAX, busy ? 0 : wait_millis(engine));
  if (n < 0) return errno == EINTR ? 0 : -1;
  for (int i = 0; i < n; i++) take_event(engine, &events[i]);
  if (engine->kill_at_nanos != 0 && wait_millis(engine) == 0) exec_kill_lost(engine);
  return 0;
}

void engine_run(struct engine *engine, int listen_fd, struct boot_report *report) {
  memset(&engine->connection, 0, sizeof engine->connection);
  engine->report = report;
  if (engine_open(engine, listen_fd) != 0) return;
  engine->acceptable = true;
  bool busy;
  do {
    while (work(engine)) continue;
    /* Not part of the work above: a process that writes without end would keep it from ending. */
    busy = stream_pump_detached(engine);
  } while (wait_events(engine, busy) == 0);
}
