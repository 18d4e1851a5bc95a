/* Fills memory with numbers that differ in every word, says so, waits for the end of its input
 * and looks whether they are still there.
 *
 *   fill MEBIBYTES
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  size_t words = (argc > 1 ? strtoull(argv[1], NULL, 10) : 1) << 17;
  volatile uint64_t *memory = malloc(words * sizeof *memory);
  if (!memory) return 2;
  for (size_t i = 0; i < words; i++) memory[i] = i * 0x9e3779b97f4a7c15u + 1;
  puts("filled");
  fflush(stdout);
  while (getchar() != EOF) {
  }
  for (size_t i = 0; i < words; i++)
    if (memory[i] != i * 0x9e3779b97f4a7c15u + 1) {
      printf("word %zu changed\n", i);
      return 1;
    }
  return 0;
}
