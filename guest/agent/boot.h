/* What PID 1 does before and beside serving: listening, mounting, taking over the root. */
#ifndef SPORE_AGENT_BOOT_H
#define SPORE_AGENT_BOOT_H

#include "platform.h"

/* Makes descriptors 0 to 2 exist, so that no socket becomes a process's stdin. */
void boot_reserve_stdio(void);

/* The listening vsock socket, or -1 with errno set. Needs no mount. */
int boot_listen(void);

/* Mounts /proc and /dev and reads the command line. */
void boot_mount_early(struct boot_report *report, char *cmdline, size_t cmdline_bytes);

/* Makes the image that the command line names the root; fills the report's root fields. */
void rootfs_enter(struct boot_report *report, const char *cmdline);

/* What programs expect beside /proc and /dev. Takes the root that was entered into account. */
void boot_prepare_execs(struct boot_report *report);

/* Whether power off has a writable image to make clean. */
bool rootfs_is_writable(void);

/* Learns from the command line how this machine is switched off. */
void power_configure(const char *cmdline);

/* Ends the machine as a failure: a reset, not a power-off. */
_Noreturn void power_reset(void);

/* Mounts; makes the directory if it is missing. A failure becomes a line of the report. */
int boot_mount(struct boot_report *report, const char *source, const char *target,
               const char *type, unsigned long flags, const char *data);

/* Adds "what: reason" to the problems of the report. */
void boot_problem(struct boot_report *report, const char *what, int error);

#endif
