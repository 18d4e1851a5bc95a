#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "platform.h"
#include "resume.h"

/* include/uapi/linux/random.h */
#define RND_ADD_ENTROPY 0x40085203
#define RND_RESEED_CRNG 0x5207

#define DIRECTORY "/run/spore"
#define SET_CLOCK_ATTEMPTS 8u
#define SET_CLOCK_LATE_NANOS 20000000u
#define MACHINE_ID DIRECTORY "/machine-id"

struct pool_seed {
  int bits;
  int bytes;
  uint8_t data[LIMIT_ENTROPY_BYTES];
};

/* Whether /etc/machine-id shows MACHINE_ID already. Saved and restored with the machine. */
static bool machine_id_bound;

static uint64_t wall_nanos(void) {
  struct timespec wall = {0};
  clock_gettime(CLOCK_REALTIME, &wall);
  return (uint64_t)wall.tv_sec * 1000000000u + (uint64_t)wall.tv_nsec;
}

/* The host may take the processor away for long between a look at one clock and the change of the
 * other, so the result is looked at, and done again if it is late. */
int identity_set_clock(uint64_t boot_wall_nanos) {
  for (unsigned i = 0; i < SET_CLOCK_ATTEMPTS; i++) {
    uint64_t due = boot_wall_nanos + boottime_nanos();
    struct timespec wall = {.tv_sec = (time_t)(due / 1000000000u),
                            .tv_nsec = (long)(due % 1000000000u)};
    if (clock_settime(CLOCK_REALTIME, &wall) != 0) return errno;
    /* Read first: whatever time goes by until the other is, counts as late. */
    uint64_t is = wall_nanos();
    if (boot_wall_nanos + boottime_nanos() <= is + SET_CLOCK_LATE_NANOS) break;
  }
  return 0;
}

int identity_add_entropy(const uint8_t *bytes, size_t length) {
  struct pool_seed seed = {.bits = (int)length * 8, .bytes = (int)length};
  int error = 0;
  memcpy(seed.data, bytes, length);
  int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
  if (fd < 0 || ioctl(fd, RND_ADD_ENTROPY, &seed) != 0 || ioctl(fd, RND_RESEED_CRNG) != 0)
    error = errno;
  if (fd >= 0) close(fd);
  explicit_bzero(&seed, sizeof seed);
  return error;
}

/* Writes over what is there: whoever has the file open or bound sees the new bytes. */
static int write_in_place(const char *path, const char *text, size_t length) {
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  ssize_t n = pwrite(fd, text, length, 0);
  int error = n == (ssize_t)length ? 0 : n < 0 ? errno : ENOSPC;
  close(fd);
  return error;
}

/* Whole or not at all to whoever reads it meanwhile. */
static int replace(const char *path, const char *text, size_t length) {
  static const char next[] = DIRECTORY "/.next";
  unlink(next);
  int error = write_in_place(next, text, length);
  if (error == 0 && rename(next, path) != 0) error = errno;
  return error;
}

/* By a bind mount, so that no image is written. A root without /etc has nobody who would look. */
static int set_machine_id(const struct resume *resume) {
  char line[MACHINE_ID_DIGITS + 2];
  int length = snprintf(line, sizeof line, "%s\n", resume->machine_id);
  int error = write_in_place(MACHINE_ID, line, (size_t)length);
  if (error != 0 || machine_id_bound || access("/etc", F_OK) != 0) return error;
  if (mount(MACHINE_ID, "/etc/machine-id", NULL, MS_BIND, NULL) != 0) {
    if (errno != ENOENT) return errno;
    error = write_in_place("/etc/machine-id", "", 0);
    if (error != 0) return error;
    if (mount(MACHINE_ID, "/etc/machine-id", NULL, MS_BIND, NULL) != 0) return errno;
  }
  machine_id_bound = true;
  return 0;
}

struct problems {
  char *text;
  size_t bytes;
};

static void note(struct problems *problems, const char *what, int error) {
  if (error == 0) return;
  size_t used = strlen(problems->text);
  snprintf(problems->text + used, problems->bytes - used, "%s%s: %s", used > 0 ? "\n" : "", what,
           strerror(error));
}

void platform_resume(const struct resume *resume, char *problems, size_t problems_bytes) {
  static char text[RESUME_TEXT_BYTES];
  struct problems found = {problems, problems_bytes};
  note(&found, "seed the random number generator",
       identity_add_entropy(resume->entropy, resume->entropy_bytes));
  note(&found, "set the clock", identity_set_clock(resume->boot_wall_nanos));
  note(&found, "set the host name",
       sethostname(resume->hostname, strlen(resume->hostname)) == 0 ? 0 : errno);
  note(&found, "make " DIRECTORY,
       mkdir(DIRECTORY, 0755) == 0 || errno == EEXIST ? 0 : errno);
  note(&found, "set the machine id", set_machine_id(resume));
  note(&found, "write " DIRECTORY "/env",
       replace(DIRECTORY "/env", text, resume_env(resume, text)));
  note(&found, "write " DIRECTORY "/generation.json",
       replace(DIRECTORY "/generation.json", text, resume_json(resume, text)));
}
