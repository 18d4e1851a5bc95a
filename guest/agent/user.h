/* Who an exec runs as: "user[:group]", names or numbers, by the guest's own account files. */
#ifndef SPORE_AGENT_USER_H
#define SPORE_AGENT_USER_H

#include <stddef.h>
#include <sys/types.h>

#include "limits.h"

struct identity {
  uid_t uid;
  gid_t gid;
  size_t group_count;
  gid_t groups[LIMIT_GROUPS]; /* the primary group first */
  char home[LIMIT_CWD_BYTES];
};

/*
 * Resolves `who` against the texts of passwd(5) and group(5). Pure. A number needs no entry; then the
 * group is 0 and the home directory "/". Supplementary groups come from `group` unless `who` names a
 * group. Returns 0, or -1 with a message in `error`.
 */
int user_resolve(const char *who, const char *passwd, const char *group, struct identity *out,
                 char *error, size_t error_bytes);

/* The same with /etc/passwd and /etc/group; a missing file counts as empty. */
int user_lookup(const char *who, struct identity *out, char *error, size_t error_bytes);

#endif
