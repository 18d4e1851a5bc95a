package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.vmm.boot.CpioArchive;

/** An initrd in which the agent is looked for. Input: its bytes. */
final class CpioArchiveFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void find(byte[] data) {
    CpioArchive.find(data, "init")
        .ifPresent(init -> {
          assertThat(init.sizeBytes()).isPositive();
          assertThat(init.offsetBytes()).isBetween(110L, data.length - init.sizeBytes());
        });
  }
}
