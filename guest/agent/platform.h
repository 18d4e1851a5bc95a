/*
 * What differs between the agent as PID 1 of a guest (guest_*.c) and its engine as an ordinary
 * process in a test (tests/host_platform.c).
 */
#ifndef SPORE_AGENT_PLATFORM_H
#define SPORE_AGENT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "protocol.h"
#include "resume.h"

/* What the agent tells the host about its start. Times are CLOCK_BOOTTIME, nanoseconds. */
struct boot_report {
  uint64_t init_nanos;
  uint64_t listening_nanos;
  uint64_t mounted_nanos;
  uint64_t rootfs_nanos;
  enum root_state root;
  char root_type[16];
  char root_error[LIMIT_TEXT_BYTES];
  char problems[LIMIT_TEXT_BYTES]; /* what else did not work, one line each */
};

/* The engine's clock: CLOCK_BOOTTIME in nanoseconds. */
uint64_t boottime_nanos(void);

/* Whether the peer of an accepted socket is the host. */
bool platform_peer_allowed(int fd);

/* Makes a restored machine another one than it was saved as: random numbers, clock, names, files.
 * `problems` gets a line for each step that failed; it stays empty when all succeeded. */
void platform_resume(const struct resume *resume, char *problems, size_t problems_bytes);

/* The control group for processes the agent starts, as a descriptor; -1: there is none. */
int platform_exec_group(void);

/* Makes every process but the agent stand still, within this time; then they have run their last
 * instruction before platform_thaw(). `problems` gets a line if that cannot be: then they all go on. */
void platform_freeze(uint32_t wait_millis, char *problems, size_t problems_bytes);

/* Lets go what platform_freeze() holds, if anything. */
void platform_thaw(void);

/* Makes the wall clock what it is if it was this, since 1970, when CLOCK_BOOTTIME was 0. */
void platform_set_clock(uint64_t boot_wall_nanos);
void platform_add_entropy(const uint8_t *bytes, size_t length);

/* Ends all processes and makes the disk clean; 0 or an errno. */
int platform_quiesce(uint32_t grace_millis);

/* Ends the machine. */
_Noreturn void platform_halt(void);

#endif
