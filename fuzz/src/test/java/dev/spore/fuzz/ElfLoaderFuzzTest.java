package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** An ELF file of any content is loaded or refused, and nothing else. */
final class ElfLoaderFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void load(byte[] image) {
    KernelLoading.load(image);
  }
}
