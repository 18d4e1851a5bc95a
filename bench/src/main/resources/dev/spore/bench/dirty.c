/* Fills FILL MiB with bytes that repeat nowhere, then rewrites DIRTY MiB page by page for ever. */
#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MIB (1ul << 20)
#define PAGE 4096ul

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  size_t fill = strtoul(argv[1], NULL, 10) * MIB;
  size_t dirty = strtoul(argv[2], NULL, 10) * MIB;
  uint64_t *filled = malloc(fill + PAGE);
  volatile char *rewritten = malloc(dirty + PAGE);
  if (!filled || !rewritten) return 1;
  uint64_t x = 88172645463325252ull;
  for (size_t i = 0; i < fill / sizeof *filled; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    filled[i] = x;
  }
  struct timespec pause = {0, 20 * 1000 * 1000};
  for (unsigned round = 0;; round++) {
    for (size_t at = 0; at < dirty; at += PAGE) rewritten[at] = (char)(round + at / PAGE);
    if (round == 0) {
      puts("ready");
      fflush(stdout);
    }
    nanosleep(&pause, NULL);
  }
}
