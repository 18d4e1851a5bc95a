#include "freeze.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "groups.h"
#include "limits.h"

#define HIERARCHY "/sys/fs/cgroup"
#define GROUP "spore"
#define PIDS_BYTES 4096u

/* -1: the kernel has no cgroup v2, or did not let us. Nobody can unmount or replace these. */
static int hierarchy_fd = -1;
static int group_fd = -1;

/* The groups held, by their cgroup.freeze and cgroup.events. Saved and restored with the machine. */
static struct {
  int freeze_fd;
  int events_fd;
} held[LIMIT_HELD_GROUPS];
static unsigned held_count;

void freeze_prepare(struct boot_report *report) {
  hierarchy_fd = open(HIERARCHY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (hierarchy_fd >= 0 && (mkdirat(hierarchy_fd, GROUP, 0755) == 0 || errno == EEXIST))
    group_fd = openat(hierarchy_fd, GROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (group_fd < 0) boot_problem(report, "make the control group " HIERARCHY "/" GROUP, errno);
}

int platform_exec_group(void) { return group_fd; }

/* A small file of a group as text; the length, or -1. */
static ssize_t read_small(int fd, char *text, size_t bytes) {
  ssize_t n = pread(fd, text, bytes - 1, 0);
  text[n > 0 ? n : 0] = 0;
  return n;
}

static int open_in(const char *group, const char *file, int mode) {
  char path[sizeof((struct dirent *)0)->d_name + 32];
  snprintf(path, sizeof path, "%s/%s", group, file);
  return openat(hierarchy_fd, path, mode | O_CLOEXEC);
}

static bool event_is(int events_fd, const char *key, bool value) {
  char text[256];
  return read_small(events_fd, text, sizeof text) > 0 && group_event(text, key) == value;
}

/* Holds a group with processes that is not held, by us or by the guest itself. False: cannot. */
static bool hold(const char *name, bool *found) {
  char frozen[8];
  int events = open_in(name, "cgroup.events", O_RDONLY);
  int freeze = open_in(name, "cgroup.freeze", O_RDWR);
  bool gone = events < 0 || freeze < 0;
  bool due = !gone && event_is(events, "populated", true) &&
             read_small(freeze, frozen, sizeof frozen) > 0 && frozen[0] == '0';
  if (due && held_count < LIMIT_HELD_GROUPS && write(freeze, "1", 1) == 1) {
    held[held_count].events_fd = events;
    held[held_count++].freeze_fd = freeze;
    *found = true;
    return true;
  }
  if (events >= 0) close(events);
  if (freeze >= 0) close(freeze);
  return !due;
}

/* Each group directly below the root: what is below it is held with it. */
static bool hold_groups(bool *found) {
  int fd = openat(hierarchy_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *groups = fd < 0 ? NULL : fdopendir(fd);
  bool ok = groups != NULL;
  if (!groups && fd >= 0) close(fd);
  for (struct dirent *entry; ok && (entry = readdir(groups));)
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') ok = hold(entry->d_name, found);
  if (groups) closedir(groups);
  return ok;
}

/* A process of the guest: kernel threads have no session. */
static bool is_foreign(pid_t pid) { return pid > 1 && pid != getpid() && getsid(pid) > 0; }

/* Moves what is in the root group, which cannot be held, to ours. False: cannot. */
static bool take_strays(bool *found) {
  char text[PIDS_BYTES];
  char pid_text[16];
  int procs = openat(hierarchy_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  FILE *list = procs < 0 ? NULL : fdopen(procs, "r");
  bool ok = list != NULL;
  if (!list && procs >= 0) close(procs);
  while (ok && fgets(text, sizeof text, list)) {
    pid_t pid = (pid_t)atoi(text);
    if (!is_foreign(pid)) continue;
    int target = openat(group_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    int length = snprintf(pid_text, sizeof pid_text, "%d", (int)pid);
    ok = target >= 0 && (write(target, pid_text, (size_t)length) == length || errno == ESRCH);
    if (target >= 0) close(target);
    *found = true;
  }
  if (list) fclose(list);
  return ok;
}

/* Waits until every process of the held groups stands still. */
static bool await_held(uint64_t deadline_nanos) {
  for (unsigned i = 0; i < held_count; i++) {
    while (!event_is(held[i].events_fd, "frozen", true)) {
      uint64_t now = boottime_nanos();
      if (now >= deadline_nanos) return false;
      struct pollfd change = {.fd = held[i].events_fd, .events = POLLPRI};
      poll(&change, 1, (int)((deadline_nanos - now) / 1000000u) + 1);
    }
  }
  return true;
}

/* Without groups nothing can be held: fine only if there is nobody. */
static bool nobody_runs(void) {
  DIR *proc = opendir("/proc");
  bool any = proc == NULL;
  for (struct dirent *entry; !any && (entry = readdir(proc));)
    any = entry->d_name[0] > '0' && entry->d_name[0] <= '9' &&
          is_foreign((pid_t)atoi(entry->d_name));
  if (proc) closedir(proc);
  return !any;
}

static const char *freeze_all(uint64_t deadline_nanos) {
  if (group_fd < 0)
    return nobody_runs() ? NULL : "the guest kernel has no cgroup v2, which holds processes";
  /* Until nothing new is found: who still runs may make groups and start processes. */
  for (bool found = true; found;) {
    found = false;
    if (!hold_groups(&found) || !take_strays(&found)) {
      return "there are processes in control groups that cannot be held";
    }
    if (!await_held(deadline_nanos)) return "a process did not stop in time";
  }
  return NULL;
}

void platform_freeze(uint32_t wait_millis, char *problems, size_t problems_bytes) {
  const char *problem = freeze_all(boottime_nanos() + wait_millis * 1000000ull);
  if (!problem) return;
  snprintf(problems, problems_bytes, "%s", problem);
  platform_thaw();
}

void platform_thaw(void) {
  while (held_count > 0) {
    held_count--;
    /* A group that has been removed meanwhile has nobody to let go. */
    ssize_t n = write(held[held_count].freeze_fd, "0", 1);
    (void)n;
    close(held[held_count].freeze_fd);
    close(held[held_count].events_fd);
  }
}
