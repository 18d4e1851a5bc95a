/*
 * Writes lines "N RANDOM SECONDS.NANOS" to a file as fast as it can: what two copies of one machine
 * must not have in common. Usage: secrets FILE COUNT-FILE
 *
 * The random bytes are the kernel's; the time is its wall clock. The last line number is kept in
 * COUNT-FILE, in place, so that a test can see it go on. Gives way to everybody else. Ends at 8 MiB.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define BYTES_MAX (8 << 20)

int main(int argc, char **argv) {
  char line[128];
  long written = 0;
  if (argc != 3 || nice(19) == -1) return 2;
  int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  int count = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || count < 0) return 1;
  for (long n = 0; written < BYTES_MAX; n++) {
    uint64_t random[2];
    struct timespec now;
    if (getrandom(random, sizeof random, 0) != sizeof random) return 1;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = snprintf(line, sizeof line, "%ld %016llx%016llx %lld.%09ld\n", n,
                          (unsigned long long)random[0], (unsigned long long)random[1],
                          (long long)now.tv_sec, now.tv_nsec);
    if (write(file, line, (size_t)length) != length) return 1;
    written += length;
    length = snprintf(line, sizeof line, "%020ld\n", n);
    if (pwrite(count, line, (size_t)length, 0) != length) return 1;
  }
  return 0;
}
