package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {
  @Test
  void parametersKeepTheirOrderAndComeOnce() {
    assertThat(
            CommandLine.builder()
                .add("quiet")
                .set("console", "hvc0")
                .add("quiet")
                .virtioDevice(0)
                .virtioDevice(1)
                .virtioDevice(0)
                .build()
                .text())
        .isEqualTo(
            "quiet console=hvc0 virtio_mmio.device=0x200@0xd0000000:5"
                + " virtio_mmio.device=0x200@0xd0000200:6");
  }

  @Test
  void setTakesOutEveryEarlierValueOfThatNameOnly() {
    assertThat(
            CommandLine.builder()
                .add("lpj=1")
                .add("lpj=2")
                .add("lpjx=9")
                .set("lpj", "3")
                .build()
                .text())
        .isEqualTo("lpjx=9 lpj=3");
  }

  @Test
  void extrasComeLastInTheirOrderAndMayRepeat() {
    assertThat(
            CommandLine.builder()
                .extra("  a=1   b=\"x y\" a=1 -- init-word ")
                .add("quiet")
                .build()
                .text())
        .isEqualTo("quiet a=1 b=\"x y\" a=1 -- init-word");
  }

  @Test
  void noExtrasAreNothing() {
    assertThat(CommandLine.builder().extra("").extra("   ").build().text()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a=\"b\"", "a\nb", "a\0b", "a\tb", "\u00e9", "\u007f"})
  void parametersThatAreNoWordAreRefused(String parameter) {
    assertRefused(() -> CommandLine.builder().add(parameter));
    assertRefused(() -> CommandLine.builder().set("name", parameter + " x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\0b", "a\tb", "\u00e9", "\ud83d\ude00", "a=\"b", "\""})
  void extrasWithControlCharactersOrOpenQuotesAreRefused(String words) {
    assertRefused(() -> CommandLine.builder().extra(words));
  }

  @Test
  void theLongestLineIsOneTheKernelReadsWhole() {
    String longest = "x".repeat(BootLimits.COMMAND_LINE_BYTES_MAX);
    assertThat(CommandLine.builder().extra(longest).build().text()).isEqualTo(longest);
    assertRefused(() -> CommandLine.builder().extra(longest + "x").build());
    assertRefused(() -> CommandLine.builder().extra("y".repeat(64 << 10)).build());
    assertRefused(() -> CommandLine.builder().add("quiet").extra(longest).build());
  }

  @Test
  void windowsWithoutAnInterruptDoNotExist() {
    for (int index : new int[] {-1, BootLayout.VIRTIO_WINDOWS_MAX, Integer.MAX_VALUE}) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> CommandLine.builder().virtioDevice(index));
    }
  }

  private static void assertRefused(ThrowingCallable action) {
    assertThatExceptionOfType(SporeException.class)
        .isThrownBy(action)
        .matches(e -> e.code() == ErrorCode.USAGE_INVALID_ARGUMENT)
        .matches(e -> String.valueOf(e.getMessage()).length() < 300);
  }
}
