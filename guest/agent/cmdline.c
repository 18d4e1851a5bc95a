#include "cmdline.h"

#include <string.h>

bool cmdline_option(const char *cmdline, const char *name, char *out, size_t out_bytes) {
  size_t name_length = strlen(name);
  bool found = false;
  for (const char *at = cmdline; *at;) {
    at += strspn(at, " \t\n");
    size_t length = strcspn(at, " \t\n");
    if (length > name_length && strncmp(at, name, name_length) == 0 && at[name_length] == '=') {
      size_t value_length = length - name_length - 1;
      found = value_length < out_bytes;
      if (found) {
        memcpy(out, at + name_length + 1, value_length);
        out[value_length] = 0;
      }
    }
    at += length;
  }
  return found;
}
