/* A first process that is no agent; the kernel command line's word mode=... arrives as environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  const char *mode = getenv("mode");
  printf("init without an agent: %s\n", mode ? mode : "no mode");
  fflush(stdout);
  if (mode && strcmp(mode, "exit") == 0) return 3;
  for (;;) pause();
}
