/* The machine's clock, random numbers and names. */
#ifndef SPORE_AGENT_IDENTITY_H
#define SPORE_AGENT_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

/* Each returns 0 or an errno. */
int identity_set_clock(uint64_t boot_wall_nanos);

/* Credited, and used for the very next random number. */
int identity_add_entropy(const uint8_t *bytes, size_t length);

#endif
