/*
 * Holding every process but the agent still, by the freezer of cgroup v2. What the agent starts is
 * in a group of its own from its first instruction; programs of the guest may make further ones.
 */
#ifndef SPORE_AGENT_FREEZE_H
#define SPORE_AGENT_FREEZE_H

#include "platform.h"

/* Makes the group; the hierarchy is mounted. A failure becomes a line of the report. */
void freeze_prepare(struct boot_report *report);

#endif
