/*
 * Looks for a clock that goes back: two processes, each on a processor of its own where there are
 * two, publish the latest time either has seen and compare each reading with it.
 *
 *   clocks MILLISECONDS          exit 0 if no clock ever went back
 *   clocks MILLISECONDS skew     one process subtracts 5 ms: the check must find it
 *   clocks now                   prints CLOCK_REALTIME and CLOCK_MONOTONIC in nanoseconds
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLOCKS 2
#define SKEW_NANOS 5000000

static const clockid_t clocks[CLOCKS] = {CLOCK_REALTIME, CLOCK_MONOTONIC};

struct shared {
  _Atomic int64_t latest[CLOCKS];
  _Atomic int arrived;
};

static int64_t read_clock(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) exit(3);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What was published was read before; so this reading, which comes after, must not be less. */
static int compare(struct shared *shared, int which, int64_t skew) {
  int64_t seen = atomic_load(&shared->latest[which]);
  int64_t now = read_clock(clocks[which]) - skew;
  if (now < seen) {
    printf("BACK clock %d by %" PRId64 " ns\n", which, seen - now);
    return 1;
  }
  while (seen < now && !atomic_compare_exchange_weak(&shared->latest[which], &seen, now)) {
  }
  return 0;
}

static int worker(struct shared *shared, int cpu, int64_t millis, int64_t skew) {
  long readings = 0;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) return 3;
  atomic_fetch_add(&shared->arrived, 1);
  while (atomic_load(&shared->arrived) < 2) sched_yield();
  int64_t end = read_clock(CLOCK_MONOTONIC) + millis * 1000000;
  while (read_clock(CLOCK_MONOTONIC) < end) {
    for (int which = 0; which < CLOCKS; which++)
      if (compare(shared, which, skew) != 0) return 1;
    readings++;
  }
  printf("cpu %d readings %ld\n", cpu, readings);
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "now") == 0) {
    printf("%" PRId64 " %" PRId64 "\n", read_clock(CLOCK_REALTIME), read_clock(CLOCK_MONOTONIC));
    return 0;
  }
  int failed = 0;
  int64_t millis = argc > 1 ? atoll(argv[1]) : 1000;
  int64_t skew = argc > 2 && strcmp(argv[2], "skew") == 0 ? SKEW_NANOS : 0;
  long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  struct shared *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 3;
  for (int id = 0; id < 2; id++)
    if (fork() == 0) {
      int result = worker(shared, id % (int)cpus, millis, id == 1 ? skew : 0);
      fflush(stdout);
      _exit(result);
    }
  for (int status; wait(&status) > 0;) failed |= status != 0;
  return failed;
}
