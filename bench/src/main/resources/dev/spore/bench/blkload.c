/*
 * Reads or writes a file or disk for some seconds, one block at a time.
 *
 *   blkload FILE cached|direct read|write seq|random BLOCK_BYTES SECONDS
 *
 * Prints operations and nanoseconds. The random order is the same in every run.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void end(int signal) {
  (void)signal;
  over = 1;
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  int direct = strcmp(argv[2], "direct") == 0 ? O_DIRECT : 0;
  int writing = strcmp(argv[3], "write") == 0;
  int random = strcmp(argv[4], "random") == 0;
  size_t block = strtoul(argv[5], NULL, 10);
  int fd = open(argv[1], (writing ? O_RDWR : O_RDONLY) | direct);
  if (fd < 0) die(argv[1]);
  uint64_t blocks = (uint64_t)lseek(fd, 0, SEEK_END) / block;
  if (blocks == 0) return 2;
  char *buffer = mmap(NULL, block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (buffer == MAP_FAILED) die("buffer");
  memset(buffer, 'x', block);

  /* A timer instead of a look at the clock each time: a system call can cost a millisecond. */
  signal(SIGALRM, end);
  uint64_t operations = 0, state = 88172645463325252u, start = now();
  alarm((unsigned)atoi(argv[6]));
  while (!over) {
    off_t at = (off_t)((random ? next_random(&state) : operations) % blocks * block);
    ssize_t n = writing ? pwrite(fd, buffer, block, at) : pread(fd, buffer, block, at);
    if (n != (ssize_t)block) die("transfer");
    operations++;
  }
  printf("%llu %llu\n", (unsigned long long)operations, (unsigned long long)(now() - start));
  return 0;
}
