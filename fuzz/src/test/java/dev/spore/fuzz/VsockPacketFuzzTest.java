package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * A sequence of packets from the guest, mixed with what the host does to its streams. Input: steps
 * as {@link FuzzVsock} takes them.
 */
class VsockPacketFuzzTest {
  private static final int STEPS_MAX = 200;

  @FuzzTest(maxDuration = "1m")
  void packets(byte[] data) throws Exception {
    FuzzInput input = new FuzzInput(data);
    try (FuzzVsock vsock = new FuzzVsock()) {
      for (int step = 0; step < STEPS_MAX && !input.isEmpty(); step++) {
        vsock.step(input);
      }
    }
  }
}
