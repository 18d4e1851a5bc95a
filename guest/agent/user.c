#include "user.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A piece of text that is not NUL-terminated. */
struct slice {
  const char *at;
  size_t length;
};

static bool equals(struct slice s, const char *text, size_t length) {
  return s.length == length && memcmp(s.at, text, length) == 0;
}

/* A decimal id below (uid_t)-1, which means "no change" to the kernel. */
static bool parse_id(struct slice s, uint32_t *out) {
  uint64_t value = 0;
  if (s.length == 0 || s.length > 10) return false;
  for (size_t i = 0; i < s.length; i++) {
    if (s.at[i] < '0' || s.at[i] > '9') return false;
    value = value * 10 + (uint64_t)(s.at[i] - '0');
  }
  if (value >= UINT32_MAX) return false;
  *out = (uint32_t)value;
  return true;
}

static bool next_line(const char **text, struct slice *line) {
  if (**text == 0) return false;
  const char *end = strchr(*text, '\n');
  line->at = *text;
  line->length = end ? (size_t)(end - *text) : strlen(*text);
  *text = end ? end + 1 : *text + line->length;
  return true;
}

/* Field `index` of a colon-separated line; empty when the line has fewer. */
static struct slice field(struct slice line, unsigned index) {
  const char *at = line.at;
  const char *end = line.at + line.length;
  for (; index > 0; index--) {
    const char *colon = memchr(at, ':', (size_t)(end - at));
    if (!colon) return (struct slice){end, 0};
    at = colon + 1;
  }
  const char *colon = memchr(at, ':', (size_t)(end - at));
  return (struct slice){at, (size_t)((colon ? colon : end) - at)};
}

/* Finds the line whose name is `key`, or whose id (field 2) is `id` when `by_id`. */
static bool find_line(const char *text, struct slice key, bool by_id, uint32_t id,
                      struct slice *line) {
  while (next_line(&text, line)) {
    uint32_t found;
    if (by_id ? parse_id(field(*line, 2), &found) && found == id
              : equals(field(*line, 0), key.at, key.length) && key.length > 0)
      return true;
  }
  return false;
}

static bool lists_member(struct slice line, struct slice name) {
  struct slice members = field(line, 3);
  const char *at = members.at;
  const char *end = members.at + members.length;
  while (at < end) {
    const char *comma = memchr(at, ',', (size_t)(end - at));
    const char *stop = comma ? comma : end;
    if (equals((struct slice){at, (size_t)(stop - at)}, name.at, name.length)) return true;
    at = stop + 1;
  }
  return false;
}

static void add_member_groups(const char *group, struct slice name, struct identity *out) {
  struct slice line;
  while (next_line(&group, &line) && out->group_count < LIMIT_GROUPS) {
    uint32_t gid;
    if (parse_id(field(line, 2), &gid) && gid != out->gid && lists_member(line, name))
      out->groups[out->group_count++] = gid;
  }
}

static int resolve_group(struct slice who, const char *group, struct identity *out, char *error,
                         size_t error_bytes) {
  struct slice line;
  uint32_t gid;
  if (!parse_id(who, &gid)) {
    if (!find_line(group, who, false, 0, &line) || !parse_id(field(line, 2), &gid)) {
      snprintf(error, error_bytes, "no group '%.*s' in the guest's /etc/group", (int)who.length,
               who.at);
      return -1;
    }
  }
  out->gid = gid;
  return 0;
}

static bool take_entry(struct slice line, struct identity *out) {
  uint32_t uid, gid;
  if (!parse_id(field(line, 2), &uid) || !parse_id(field(line, 3), &gid)) return false;
  struct slice home = field(line, 5);
  out->uid = uid;
  out->gid = gid;
  if (home.length > 0 && home.length < sizeof out->home) {
    memcpy(out->home, home.at, home.length);
    out->home[home.length] = 0;
  }
  return true;
}

int user_resolve(const char *who, const char *passwd, const char *group, struct identity *out,
                 char *error, size_t error_bytes) {
  const char *colon = strchr(who, ':');
  struct slice user = {who, colon ? (size_t)(colon - who) : strlen(who)};
  struct slice line, name = {"", 0};
  uint32_t uid = 0;
  bool number = parse_id(user, &uid);
  memset(out, 0, sizeof *out);
  out->uid = uid;
  strcpy(out->home, "/");
  if (find_line(passwd, user, number, uid, &line) && take_entry(line, out)) {
    name = field(line, 0);
  } else if (!number) {
    snprintf(error, error_bytes, "no user '%.*s' in the guest's /etc/passwd", (int)user.length,
             user.at);
    return -1;
  }
  if (colon) {
    struct slice wanted = {colon + 1, strlen(colon + 1)};
    if (resolve_group(wanted, group, out, error, error_bytes) != 0) return -1;
  }
  out->groups[0] = out->gid;
  out->group_count = 1;
  if (!colon && name.length > 0) add_member_groups(group, name, out);
  return 0;
}

/* Reads a whole file as a string; a missing one is empty. NULL with a message when it cannot. */
static char *read_file(const char *path, char *error, size_t error_bytes) {
  char *text = malloc(LIMIT_ACCOUNT_FILE_BYTES + 1);
  if (!text) {
    snprintf(error, error_bytes, "no memory to read %s", path);
    return NULL;
  }
  size_t length = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  ssize_t n = fd < 0 ? (errno == ENOENT ? 0 : -1) : 1;
  while (fd >= 0 && n > 0 && length <= LIMIT_ACCOUNT_FILE_BYTES) {
    n = read(fd, text + length, LIMIT_ACCOUNT_FILE_BYTES + 1 - length);
    if (n > 0) length += (size_t)n;
  }
  int cause = errno;
  if (fd >= 0) close(fd);
  if (n < 0 || length > LIMIT_ACCOUNT_FILE_BYTES) {
    snprintf(error, error_bytes, "cannot read the guest's %s: %s", path,
             n < 0 ? strerror(cause) : "the file is too large");
    free(text);
    return NULL;
  }
  text[length] = 0;
  return text;
}

int user_lookup(const char *who, struct identity *out, char *error, size_t error_bytes) {
  char *passwd = read_file("/etc/passwd", error, error_bytes);
  char *group = passwd ? read_file("/etc/group", error, error_bytes) : NULL;
  int result = group ? user_resolve(who, passwd, group, out, error, error_bytes) : -1;
  free(passwd);
  free(group);
  return result;
}
