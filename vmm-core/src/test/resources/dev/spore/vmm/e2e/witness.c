/*
 * A program that would notice if the machine it runs in were not the one it was started in, or not
 * whole. Each worker, on a processor of its own, keeps a pattern in all sixteen vector registers
 * and the time it saw last; what it finds goes to a file that all of them map.
 *
 *   witness run FILE NONCE WORKERS PAUSE_MS STEPS [wide]
 *                              goes on for ever: STEPS of computation, then the pause; with 256-bit
 *                              registers if "wide"
 *   witness look FILE TURNS    waits until each worker has made TURNS more turns; prints what it is
 *                              ("nonce N", "turns N N", "faults N") and the clocks
 *   witness self               prints what tells this machine from its copies, a line each
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MAX 2
#define REGISTERS 16

enum fault { REGISTERS_CHANGED = 1, TIME_WENT_BACK = 2, NONCE_CHANGED = 4 };

struct shared {
  _Atomic uint64_t nonce;
  _Atomic int workers;
  _Atomic int faults;
  _Atomic uint64_t turns[WORKERS_MAX];
  _Atomic int64_t latest;
};

#define WIDE_LOAD(n) "vmovdqu " #n "*32(%0), %%ymm" #n "\n\t"
#define WIDE_STORE(n) "vmovdqu %%ymm" #n ", " #n "*32(%1)\n\t"
#define LOAD(n) "movdqu " #n "*32(%0), %%xmm" #n "\n\t"
#define STORE(n) "movdqu %%xmm" #n ", " #n "*32(%1)\n\t"
#define ALL(f) \
  f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)

/* Registers loaded, a while in which the machine may be saved, registers stored. */
#define HOLD(load, store)                                                                        \
  __asm__ volatile(ALL(load) "1: dec %2\n\tjnz 1b\n\t" ALL(store)                                \
                   : "+r"(in), "+r"(out), "+r"(turns)                                            \
                   :                                                                             \
                   : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",     \
                     "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15")

static void hold(const uint8_t *in, uint8_t *out, int wide, long turns) {
  if (wide)
    HOLD(WIDE_LOAD, WIDE_STORE);
  else
    HOLD(LOAD, STORE);
}

static int64_t now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) exit(3);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct shared *map(const char *file, int flags) {
  int fd = open(file, flags, 0600);
  if (fd < 0 || ((flags & O_CREAT) != 0 && ftruncate(fd, sizeof(struct shared)) != 0)) exit(3);
  struct shared *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared == MAP_FAILED) exit(3);
  return shared;
}

/* What was published was read before; so this reading, which comes after, must not be less. */
static void check_time(struct shared *shared) {
  int64_t seen = atomic_load(&shared->latest);
  int64_t time = now(CLOCK_MONOTONIC);
  if (time < seen) atomic_fetch_or(&shared->faults, TIME_WENT_BACK);
  while (seen < time && !atomic_compare_exchange_weak(&shared->latest, &seen, time)) {
  }
}

static void work(struct shared *shared, int id, char **argv, int wide) {
  uint64_t nonce = strtoull(argv[3], NULL, 10);
  long pause_millis = atol(argv[5]);
  long steps = atol(argv[6]);
  uint8_t pattern[REGISTERS * 32];
  uint8_t found[REGISTERS * 32];
  struct timespec pause = {pause_millis / 1000, pause_millis % 1000 * 1000000};
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(id, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) exit(3);
  for (int i = 0; i < REGISTERS * 32; i++)
    pattern[i] = (uint8_t)((nonce >> i % 57) + (uint64_t)(id * 0x55 + i * 7 + 1));
  for (;;) {
    memcpy(found, pattern, sizeof found);
    hold(pattern, found, wide, steps);
    if (memcmp(pattern, found, sizeof found) != 0)
      atomic_fetch_or(&shared->faults, REGISTERS_CHANGED);
    if (atomic_load(&shared->nonce) != nonce) atomic_fetch_or(&shared->faults, NONCE_CHANGED);
    check_time(shared);
    atomic_fetch_add(&shared->turns[id], 1);
    nanosleep(&pause, NULL);
  }
}

static int run(char **argv, int wide) {
  struct shared *shared = map(argv[2], O_RDWR | O_CREAT | O_TRUNC);
  int workers = atoi(argv[4]);
  if (workers < 1 || workers > WORKERS_MAX || atol(argv[6]) < 1) return 2;
  atomic_store(&shared->nonce, strtoull(argv[3], NULL, 10));
  atomic_store(&shared->workers, workers);
  for (int id = 1; id < workers; id++)
    if (fork() == 0) work(shared, id, argv, wide);
  work(shared, 0, argv, wide);
  return 0;
}

static int look(const char *file, uint64_t more) {
  struct shared *shared = map(file, O_RDWR);
  uint64_t first[WORKERS_MAX];
  struct timespec pause = {0, 20000000};
  int workers = atomic_load(&shared->workers);
  for (int id = 0; id < workers; id++) first[id] = atomic_load(&shared->turns[id]);
  for (int id = 0; id < workers; id++)
    while (atomic_load(&shared->turns[id]) < first[id] + more) nanosleep(&pause, NULL);
  printf("nonce %" PRIu64 "\nturns", atomic_load(&shared->nonce));
  for (int id = 0; id < workers; id++) printf(" %" PRIu64, atomic_load(&shared->turns[id]));
  printf("\nfaults %d\n", atomic_load(&shared->faults));
  printf("realtime %" PRId64 "\n", now(CLOCK_REALTIME));
  return 0;
}

static void print_file(const char *name, const char *file) {
  char text[256];
  int fd = open(file, O_RDONLY);
  ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  text[length < 0 ? 0 : length] = 0;
  text[strcspn(text, "\n")] = 0;
  printf("%s %s\n", name, text);
  close(fd);
}

static int self(void) {
  uint8_t random[32];
  if (getrandom(random, sizeof random, 0) != sizeof random) return 3;
  printf("getrandom ");
  for (size_t i = 0; i < sizeof random; i++) printf("%02x", random[i]);
  printf("\nrealtime %" PRId64 "\n", now(CLOCK_REALTIME));
  print_file("uuid", "/proc/sys/kernel/random/uuid");
  print_file("hostname", "/proc/sys/kernel/hostname");
  print_file("machine-id", "/etc/machine-id");
  print_file("generation", "/run/spore/generation.json");
  return 0;
}

int main(int argc, char **argv) {
  if (argc >= 7 && strcmp(argv[1], "run") == 0)
    return run(argv, argc > 7 && strcmp(argv[7], "wide") == 0);
  if (argc == 4 && strcmp(argv[1], "look") == 0) return look(argv[2], strtoull(argv[3], NULL, 10));
  if (argc == 2 && strcmp(argv[1], "self") == 0) return self();
  return 2;
}
