package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ElfImageTest {
  private static final int FIRST = ElfBuilder.PHOFF;
  private static final int SECOND = FIRST + ElfImage.PROGRAM_HEADER_BYTES;

  @Test
  void segmentsReachTheirPhysicalAddresses() {
    GuestMemory memory = TestRam.mib(4);
    try (KernelImage kernel = KernelImage.ofBytes("k", ElfBuilder.small())) {
      kernel.copyTo(memory);
      assertThat(kernel.entry()).isEqualTo(0x10_0000);
      assertThat(kernel.end()).isEqualTo(0x18_3000);
    }
    assertThat(TestRam.bytes(memory, 0x10_0000, 300)).isEqualTo(ElfBuilder.pattern(300, 1));
    assertThat(TestRam.bytes(memory, 0x18_0000, 200)).isEqualTo(ElfBuilder.pattern(200, 2));
    assertThat(TestRam.bytes(memory, 0x18_0000 + 200, 0x3000 - 200)).containsOnly(0);
  }

  @Test
  void uninitialisedDataIsNotTouched() {
    GuestMemory memory = TestRam.mib(4);
    memory.putU8(0x18_0000 + 200, 0x5a);
    try (KernelImage kernel = KernelImage.ofBytes("k", ElfBuilder.small())) {
      kernel.copyTo(memory);
    }
    assertThat(memory.u8(0x18_0000 + 200)).isEqualTo(0x5a);
  }

  @Test
  void truncationAtAnyByteIsRefused() {
    byte[] whole = ElfBuilder.small();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatExceptionOfType(SporeException.class)
          .as("cut to %d bytes", length)
          .isThrownBy(() -> load(cut))
          .matches(e -> e.code() == ErrorCode.OBJECT_INVALID)
          .withMessageContaining("kernel k:")
          .withMessageContaining("; ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4, 1, 1, 64-bit",
    "5, 1, 2, big-endian",
    "6, 1, 9, ELF version",
    "16, 2, 3, not an executable",
    "18, 2, 183, machine 183",
    "20, 4, 2, ELF version",
    "54, 2, 32, program headers of 32",
    "56, 2, 0, 0 program headers",
    "56, 2, 65, 65 program headers",
    "56, 2, 65535, 65535 program headers",
    "58, 2, 40, section headers of 40",
  })
  void wrongHeaderFieldsAreNamed(int offset, int width, int value, String expected) {
    assertRefused(patched(offset, width, value), expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0x7fffffffffffffff",
    "0xffffffffffffffff",
    "0x8000000000000000",
    "0xffffffffffffffc0",
    "4096"
  })
  void tablesOutsideTheFileAreRefused(String offset) {
    assertRefused(patched(32, 8, Long.decode(signed(offset))), "program headers lie outside");
    assertRefused(patched(40, 8, Long.decode(signed(offset))), "section headers lie outside");
  }

  @ParameterizedTest
  @CsvSource({"0x7fffffffffffffff", "0xffffffffffffffff", "0xfffffffffffffff0", "100000"})
  void segmentsOutsideTheFileAreRefused(String value) {
    long number = Long.decode(signed(value));
    assertRefused(patched(FIRST + 8, 8, number), "segment 0 lie outside");
    assertRefused(patched(FIRST + 32, 8, number), "segment 0 lie outside");
  }

  @ParameterizedTest
  @CsvSource({
    "0",
    "0x7000",
    "0xfffff",
    "0xbfffffff",
    "0xc0000000",
    "0x100000000",
    "0x7fffffffffffff00",
    "0xffffffffffffff00"
  })
  void segmentsOutsideTheRangeForKernelsAreRefused(String gpa) {
    assertRefused(patched(FIRST + 24, 8, Long.decode(signed(gpa))), "segment 0 at");
  }

  @Test
  void memorySizesThatWrapAreRefused() {
    assertRefused(patched(FIRST + 40, 8, -1), "larger in the file than in memory");
    assertRefused(patched(FIRST + 40, 8, Long.MAX_VALUE), "segment 0 at");
  }

  @Test
  void aSegmentLargerInTheFileThanInMemoryIsRefused() {
    assertRefused(patched(FIRST + 40, 8, 299), "larger in the file than in memory");
  }

  @Test
  void overlappingSegmentsAreRefused() {
    assertRefused(patched(SECOND + 24, 8, 0x10_0000 + 299), "overlapping segments");
    assertRefused(patched(SECOND + 24, 8, 0x10_0000), "overlapping segments");
  }

  @Test
  void anEntryOutsideEverySegmentIsRefused() {
    assertRefused(patched(24, 8, 0), "entry 0x0 outside");
    assertRefused(patched(24, 8, -1), "outside every segment");
    assertRefused(patched(24, 8, 0x10_0000 + 300), "outside every segment");
    // Inside the memory of the second segment, yet where it has no bytes of the file.
    assertRefused(patched(24, 8, 0x18_0000 + 200), "outside every segment");
  }

  @Test
  void aFileWithoutSegmentsToLoadIsRefused() {
    ByteBuffer elf = ByteBuffer.wrap(ElfBuilder.small()).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(FIRST, 4).putInt(SECOND, 4);
    assertRefused(elf.array(), "no segment to load");
  }

  @Test
  void notesAreNotRead() {
    byte[] elf =
        new ElfBuilder()
            .load(0x10_0000, ElfBuilder.pattern(16, 1), 16)
            .load(0x20_0000, new byte[64], 64)
            .build();
    // A note whose sizes lead a note walk round in circles or far outside.
    ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN).putInt(SECOND, 4).putLong(SECOND + 8, -1);
    load(elf);
  }

  @Test
  void aKernelThatNeedsMoreRamSaysHowMuch() {
    byte[] elf =
        new ElfBuilder()
            .load(0x10_0000, ElfBuilder.pattern(16, 1), 16)
            .load(0x40_0000 - 16, ElfBuilder.pattern(16, 1), 17)
            .build();
    assertRefused(elf, "needs RAM up to 0x400001");
  }

  @Test
  void aSegmentMayEndWithTheRam() {
    load(
        new ElfBuilder()
            .load(0x10_0000, ElfBuilder.pattern(16, 1), 16)
            .load(0x40_0000 - 16, ElfBuilder.pattern(16, 1), 16)
            .build());
  }

  private static String signed(String hex) {
    return hex.startsWith("0x") ? Long.toString(Long.parseUnsignedLong(hex.substring(2), 16)) : hex;
  }

  private static byte[] patched(int offset, int width, long value) {
    byte[] bytes = ElfBuilder.small();
    for (int i = 0; i < width; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
    return bytes;
  }

  private static void assertRefused(byte[] elf, String expected) {
    assertThatExceptionOfType(SporeException.class)
        .isThrownBy(() -> load(elf))
        .matches(e -> e.code() == ErrorCode.OBJECT_INVALID)
        .withMessageContaining(expected);
  }

  private static void load(byte[] elf) {
    try (KernelImage kernel = KernelImage.ofBytes("k", elf)) {
      kernel.copyTo(TestRam.mib(4));
    }
  }
}
