/*
 * Changes a directory for ever: makes, extends, shortens, renames, links and removes files and
 * directories, and now and then waits until it is on the disk.
 *
 *   churn DIRECTORY    says "busy" after the first changes; ends on a signal
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES 24

static uint64_t state = 88172645463325252u;

static unsigned next(unsigned below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned)(state >> 33) % below;
}

/* That one of them fails because of what is there is part of it. */
static int change(void) {
  static char bytes[20000];
  char name[16];
  char other[16];
  int failed = 0;
  snprintf(name, sizeof name, "n%u", next(NAMES));
  snprintf(other, sizeof other, "n%u", next(NAMES));
  switch (next(9)) {
    case 0: return unlink(name);
    case 1: return rename(name, other);
    case 2: return link(name, other);
    case 3: return symlink(name, other);
    case 4: return mkdir(name, 0700);
    case 5: return rmdir(name);
    case 6: return truncate(name, next(5000));
    default: break;
  }
  int fd = open(name, O_CREAT | O_WRONLY | O_NOFOLLOW | (next(2) ? O_APPEND : 0), 0600);
  if (fd < 0) return -1;
  memset(bytes, 'a' + (int)next(26), sizeof bytes);
  size_t length = next(sizeof bytes);
  failed |= write(fd, bytes, length) != (ssize_t)length;
  if (next(4) == 0) failed |= fsync(fd);
  return failed | close(fd);
}

int main(int argc, char **argv) {
  if (argc != 2 || chdir(argv[1]) != 0) return 2;
  long done = 0;
  for (long i = 1;; i++) {
    done += change() == 0;
    if (i == 60) {
      printf("busy %ld\n", done);
      fflush(stdout);
    }
  }
}
