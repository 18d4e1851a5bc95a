#include "session.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "pid (name) state ppid pgrp session ...": the name may hold anything, ')' included. */
pid_t session_of_stat(const char *stat) {
  const char *end = strrchr(stat, ')');
  if (!end || end[1] != ' ' || end[2] == 0) return -1;
  char *next = NULL;
  const char *at = end + 3;
  long value = -1;
  for (int i = 0; i < 3; i++) {
    value = strtol(at, &next, 10);
    if (next == at) return -1;
    at = next;
  }
  return value >= 0 && value <= 0x7fffffff ? (pid_t)value : -1;
}

static pid_t session_of(const char *pid) {
  char path[64];
  char stat[512];
  snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = read(fd, stat, sizeof stat - 1);
  close(fd);
  if (n <= 0) return -1;
  stat[n] = 0;
  return session_of_stat(stat);
}

void session_kill(pid_t sid) {
  kill(-sid, SIGKILL);
  DIR *proc = opendir("/proc");
  if (!proc) return;
  for (struct dirent *entry = readdir(proc); entry; entry = readdir(proc)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (session_of(entry->d_name) == sid) kill((pid_t)atoi(entry->d_name), SIGKILL);
  }
  closedir(proc);
}
