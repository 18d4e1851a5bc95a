/* What the files of control groups say. Pure. */
#ifndef SPORE_AGENT_GROUPS_H
#define SPORE_AGENT_GROUPS_H

/* The value of a key in a cgroup.events text: 0, 1, or -1 when it is not there. */
int group_event(const char *text, const char *key);

#endif
