/* Options of the agent on the kernel's command line. Pure. */
#ifndef SPORE_AGENT_CMDLINE_H
#define SPORE_AGENT_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Copies the value of the last `name=value` word; false when there is none or it does not fit. */
bool cmdline_option(const char *cmdline, const char *name, char *out, size_t out_bytes);

#endif
