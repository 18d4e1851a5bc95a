/* Killing what a session leader started, in whatever process groups it is by now. */
#ifndef SPORE_AGENT_SESSION_H
#define SPORE_AGENT_SESSION_H

#include <sys/types.h>

/* Sends SIGKILL to the process group `sid` and to every process of session `sid`. */
void session_kill(pid_t sid);

/* The session of a /proc/PID/stat text, or -1. Pure. */
pid_t session_of_stat(const char *stat);

#endif
