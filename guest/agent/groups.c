#include "groups.h"

#include <string.h>

/* Lines "key value". */
int group_event(const char *text, const char *key) {
  size_t length = strlen(key);
  for (const char *line = text; line;) {
    if (strncmp(line, key, length) == 0 && line[length] == ' ') {
      char value = line[length + 1];
      return value == '0' || value == '1' ? value - '0' : -1;
    }
    line = strchr(line, '\n');
    if (line) line++;
  }
  return -1;
}
