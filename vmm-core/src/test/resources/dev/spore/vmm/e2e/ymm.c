/*
 * Two processes, each with its own pattern in all sixteen YMM registers, look for the other's in
 * them. Prints how often the kernel took the processor away, which is what the test is about.
 *
 *   ymm SECONDS            both keep their registers: exit 0 if neither found a difference
 *   ymm SECONDS corrupt    one changes the upper half of one register: the check must find it
 */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REGISTERS 16

#define LOAD(n) "vmovdqu " #n "*32(%0), %%ymm" #n "\n\t"
#define STORE(n) "vmovdqu %%ymm" #n ", " #n "*32(%1)\n\t"
#define ALL(f)                                                                                  \
  f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)

/* Registers loaded, a while in which the processor may be taken away, registers stored. */
static void hold(const uint8_t *in, uint8_t *out, int corrupt) {
  long turns = 200000;
  __asm__ volatile(ALL(LOAD)
                   "1: dec %2\n\t"
                   "jnz 1b\n\t"
                   "test %3, %3\n\t"
                   "jz 2f\n\t"
                   "vmovdqa %%xmm7, %%xmm7\n\t" /* clears bits 128 to 255 of YMM7 */
                   "2:\n\t" ALL(STORE)
                   : "+r"(in), "+r"(out), "+r"(turns)
                   : "r"(corrupt)
                   : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                     "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int worker(int id, double length, int corrupt) {
  uint8_t pattern[REGISTERS * 32];
  uint8_t found[REGISTERS * 32];
  struct rusage usage;
  double end = seconds() + length;
  for (int i = 0; i < REGISTERS * 32; i++) pattern[i] = (uint8_t)(id * 0x55 + i * 7 + 1);
  while (seconds() < end) {
    hold(pattern, found, corrupt);
    if (memcmp(pattern, found, sizeof found) != 0) {
      for (int i = 0; i < REGISTERS; i++)
        if (memcmp(pattern + i * 32, found + i * 32, 32) != 0) printf("CORRUPT ymm%d\n", i);
      return 1;
    }
  }
  getrusage(RUSAGE_SELF, &usage);
  printf("preempted %ld\n", usage.ru_nivcsw);
  return 0;
}

int main(int argc, char **argv) {
  int failed = 0;
  double length = argc > 1 ? atof(argv[1]) : 1;
  int corrupt = argc > 2 && strcmp(argv[2], "corrupt") == 0;
  for (int id = 1; id <= 2; id++)
    if (fork() == 0) {
      int result = worker(id, length, corrupt && id == 2);
      fflush(stdout);
      _exit(result);
    }
  for (int status; wait(&status) > 0;) failed |= status != 0;
  return failed;
}
