/*
 * Fills FILL MiB with bytes that repeat nowhere, then rewrites DIRTY MiB page by page for ever, or
 * sleeps when that is none. Asks for huge pages: where the guest's kernel is interpreted, a fault
 * for each small page takes minutes together.
 */
#define _DEFAULT_SOURCE

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MIB (1ul << 20)
#define PAGE 4096ul

static void *memory(size_t bytes) {
  void *at = aligned_alloc(2 * MIB, bytes + 2 * MIB);
  if (at) madvise(at, bytes, MADV_HUGEPAGE);
  return at;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  size_t fill = strtoul(argv[1], NULL, 10) * MIB;
  size_t dirty = strtoul(argv[2], NULL, 10) * MIB;
  uint64_t *filled = memory(fill);
  volatile char *rewritten = memory(dirty);
  if (!filled || !rewritten) return 1;
  uint64_t x = 88172645463325252ull;
  for (size_t i = 0; i < fill / sizeof *filled; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    filled[i] = x;
  }
  struct timespec pause_time = {0, 20 * 1000 * 1000};
  for (unsigned round = 0;; round++) {
    for (size_t at = 0; at < dirty; at += PAGE) rewritten[at] = (char)(round + at / PAGE);
    if (round == 0) {
      puts("ready");
      fflush(stdout);
    }
    if (dirty) nanosleep(&pause_time, NULL);
    else pause();
  }
}
