/* Starting one process: vfork, so that the agent's page tables are not copied, then exec. */
#ifndef SPORE_AGENT_SPAWN_H
#define SPORE_AGENT_SPAWN_H

#include <sys/types.h>

#include "limits.h"
#include "protocol.h"
#include "spec.h"

/* The agent's ends of a new process; -1 where there is none. With a tty, all three are its master. */
struct spawned {
  pid_t pid;
  int stdin_fd;
  int stdout_fd;
  int stderr_fd;
};

struct spawn_failure {
  enum start_failure kind;
  int error; /* errno, or 0 */
  char text[LIMIT_TEXT_BYTES];
};

/*
 * Starts the process of `spec` as leader of a new session. Returns when it runs its own program or
 * could not: 0, or -1 with `failure` filled and nothing left open. `null_fd` is its stdin if it wants
 * none.
 */
int spawn(struct spec *spec, int null_fd, struct spawned *out, struct spawn_failure *failure);

#endif
