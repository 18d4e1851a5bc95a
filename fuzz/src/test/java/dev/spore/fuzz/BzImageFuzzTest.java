package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** A bzImage of any content is unpacked and loaded or refused, and nothing else. */
final class BzImageFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void load(byte[] image) {
    KernelLoading.load(image);
  }
}
