package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LinuxBootTest {
  private static final CommandLine LINE = CommandLine.builder().add("quiet").build();
  private static final RandomGenerator RANDOM = new Random(1);
  private static final int RAM_MIB = 32;
  private static final long PAGE = BootLayout.ZERO_PAGE;

  @TempDir Path dir;
  private Path kernel;

  @BeforeEach
  void writeKernel() throws IOException {
    kernel = Files.write(dir.resolve("vmlinux"), ElfBuilder.small());
  }

  @Test
  void theZeroPageTellsWhereEverythingLies() throws IOException {
    byte[] content = ElfBuilder.pattern(5000, 9);
    Path initrd = Files.write(dir.resolve("initrd"), content);
    GuestMemory memory = TestRam.mib(RAM_MIB);
    EntryState entry = LinuxBoot.load(memory, kernel, initrd, LINE, 1, RANDOM);

    assertThat(entry.rip()).isEqualTo(0x10_0000);
    assertThat(entry.rsi()).isEqualTo(PAGE);
    assertThat(memory.u16(PAGE + BootParams.BOOT_FLAG)).isEqualTo(0xaa55);
    assertThat(TestRam.bytes(memory, PAGE + BootParams.HEADER, 4)).asString().isEqualTo("HdrS");
    assertThat(memory.u8(PAGE + BootParams.TYPE_OF_LOADER)).isEqualTo(0xff);
    assertThat(memory.u16(PAGE + BootParams.VERSION)).isNotZero();
    long line = memory.u32(PAGE + BootParams.CMD_LINE_PTR);
    assertThat(TestRam.bytes(memory, line, 6))
        .isEqualTo("quiet\0".getBytes(StandardCharsets.US_ASCII));
    long at = memory.u32(PAGE + BootParams.RAMDISK_IMAGE);
    assertThat(at).isEqualTo((RAM_MIB << 20) - 8192);
    assertThat(memory.u32(PAGE + BootParams.RAMDISK_SIZE)).isEqualTo(5000);
    assertThat(TestRam.bytes(memory, at, 5000)).isEqualTo(content);
  }

  @Test
  void withoutInitrdTheZeroPageHasNone() {
    GuestMemory memory = TestRam.mib(RAM_MIB);
    LinuxBoot.load(memory, kernel, null, LINE, 1, RANDOM);
    assertThat(memory.u32(PAGE + BootParams.RAMDISK_IMAGE)).isZero();
    assertThat(memory.u32(PAGE + BootParams.RAMDISK_SIZE)).isZero();
  }

  @Test
  void theE820TableIsTheMapOfTheRam() {
    GuestMemory memory =
        GuestMemory.of(
            List.of(
                new GuestMemory.Region(0, Arena.ofAuto().allocate(RAM_MIB << 20, 4096)),
                new GuestMemory.Region(
                    BootLayout.HOLE_END, Arena.ofAuto().allocate(2 << 20, 4096))));
    LinuxBoot.load(memory, kernel, null, LINE, 1, RANDOM);
    List<String> table = new ArrayList<>();
    for (int i = 0; i < memory.u8(PAGE + BootParams.E820_ENTRIES); i++) {
      long at = PAGE + BootParams.E820_TABLE + (long) i * BootParams.E820_ENTRY_BYTES;
      table.add("%x+%x %d".formatted(memory.u64(at), memory.u64(at + 8), memory.u32(at + 16)));
    }
    assertThat(table)
        .containsExactly(
            "0+400 2", "400+9f800 1", "9fc00+60400 2", "100000+1f00000 1", "100000000+200000 1");
  }

  @Test
  void everyBootGetsAnotherSeed() {
    byte[] first = seed();
    assertThat(first).hasSize(32);
    assertThat(seed()).isNotEqualTo(first);
  }

  private byte[] seed() {
    GuestMemory memory = TestRam.mib(RAM_MIB);
    LinuxBoot.load(memory, kernel, null, LINE, 1, RANDOM);
    long node = memory.u64(PAGE + BootParams.SETUP_DATA);
    assertThat(memory.u64(node)).as("next").isZero();
    assertThat(memory.u32(node + BootParams.SETUP_DATA_TYPE)).as("SETUP_RNG_SEED").isEqualTo(9);
    int length = (int) memory.u32(node + BootParams.SETUP_DATA_LENGTH);
    return TestRam.bytes(memory, node + BootParams.SETUP_DATA_BYTES, length);
  }

  @Test
  void pageTablesMapTheFirstGibToItself() {
    GuestMemory memory = TestRam.mib(RAM_MIB);
    EntryState entry = LinuxBoot.load(memory, kernel, null, LINE, 1, RANDOM);
    for (long address = 0; address < 1L << 30; address += (2L << 20) + 4096) {
      assertThat(translate(memory, entry.cr3(), address)).isEqualTo(address);
    }
    assertThat(translate(memory, entry.cr3(), 1L << 30)).isEqualTo(-1);
  }

  @Test
  void pageTablesReachWhatLiesHigher() {
    GuestMemory memory = TestRam.mib(RAM_MIB);
    long last = BootLayout.HOLE_START - 1;
    EntryState entry = LongMode.write(memory, 0x10_0000, BootLayout.HOLE_START);
    assertThat(translate(memory, entry.cr3(), last)).isEqualTo(last);
    assertThat(translate(memory, entry.cr3(), 1L << 30)).isEqualTo(1L << 30);
    assertThat(translate(memory, entry.cr3(), BootLayout.HOLE_START)).isEqualTo(-1);
  }

  /** A page walk as the processor does it: Intel SDM 3A §4.5. */
  private static long translate(GuestMemory memory, long root, long address) {
    long table = root;
    for (int shift = 39; shift >= 21; shift -= 9) {
      long entry = memory.u64(table + ((address >>> shift) & 511) * 8);
      if ((entry & 1) == 0) {
        return -1;
      }
      if ((entry & 0x80) != 0) {
        return (entry & -(1L << shift)) | (address & ((1L << shift) - 1));
      }
      table = entry & ~0xfffL;
    }
    throw new AssertionError("no large page at 0x%x".formatted(address));
  }

  @Test
  void anInitrdThatJustFitsLiesAboveTheKernel() throws IOException {
    long kernelEnd = 0x18_3000;
    Path fits = sparse("fits", (RAM_MIB << 20) - kernelEnd);
    GuestMemory memory = TestRam.mib(RAM_MIB);
    LinuxBoot.load(memory, kernel, fits, LINE, 1, RANDOM);
    assertThat(memory.u32(PAGE + BootParams.RAMDISK_IMAGE)).isEqualTo(kernelEnd);
    assertThat(TestRam.bytes(memory, 0x18_0000, 200)).isEqualTo(ElfBuilder.pattern(200, 2));
    assertRefused(
        () -> load(kernel, sparse("over", (RAM_MIB << 20) - kernelEnd + 1)),
        ErrorCode.OBJECT_INVALID,
        "are free between the kernel and");
  }

  @ParameterizedTest
  @ValueSource(longs = {33L << 20, 5L << 30, 1L << 40})
  void anInitrdLargerThanTheRamIsRefused(long bytes) {
    assertRefused(
        () -> load(kernel, sparse("huge", bytes)),
        ErrorCode.OBJECT_INVALID,
        "give the guest more memory or a smaller initrd");
  }

  @Test
  void anInitrdStaysBelowWhatTheKernelTakes() throws IOException {
    byte[] image = BzImageBuilder.of(Compression.GZIP, ElfBuilder.small());
    int limit = 0x0f_ffff + 0x100_0000;
    ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(BzImage.INITRD_ADDR_MAX, limit);
    GuestMemory memory = TestRam.mib(RAM_MIB);
    LinuxBoot.load(
        memory, Files.write(dir.resolve("b"), image), sparse("i", 4096), LINE, 1, RANDOM);
    assertThat(memory.u32(PAGE + BootParams.RAMDISK_IMAGE)).isEqualTo(limit + 1 - 4096);
  }

  @Test
  void filesThatCannotBeKernelsAreNamed() throws IOException {
    Path empty = Files.createFile(dir.resolve("empty"));
    assertRefused(
        () -> load(dir.resolve("none"), null), ErrorCode.OBJECT_NOT_FOUND, "none: there is no");
    assertRefused(() -> load(dir, null), ErrorCode.OBJECT_INVALID, "is not a regular file");
    assertRefused(
        () -> load(Path.of("/dev/zero"), null), ErrorCode.OBJECT_INVALID, "not a regular file");
    assertRefused(() -> load(empty, null), ErrorCode.OBJECT_INVALID, "is empty");
    assertRefused(
        () -> load(Files.writeString(dir.resolve("text"), "#!/bin/sh\n"), null),
        ErrorCode.OBJECT_INVALID,
        "neither an ELF file nor a bzImage");
    assertRefused(
        () -> load(sparse("vast", BootLimits.KERNEL_FILE_BYTES_MAX + 1), null),
        ErrorCode.OBJECT_INVALID,
        "strip its debug information");
    assertRefused(
        () -> load(kernel, dir.resolve("none")), ErrorCode.OBJECT_NOT_FOUND, "initrd " + dir);
    assertRefused(() -> load(kernel, empty), ErrorCode.OBJECT_INVALID, "is empty");
  }

  @Test
  void aFileThatShrinksBeforeItIsCopiedIsRefused() throws IOException {
    try (KernelImage image = KernelImage.open(kernel)) {
      Files.write(kernel, new byte[100]);
      assertRefused(
          () -> image.copyTo(TestRam.mib(RAM_MIB)), ErrorCode.OBJECT_INVALID, "while it was read");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 9, Integer.MAX_VALUE})
  void vcpusOutsideTheLimitsAreRefused(int vcpus) {
    assertRefused(
        () -> LinuxBoot.load(TestRam.mib(RAM_MIB), kernel, null, LINE, vcpus, RANDOM),
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "choose from 1 to 8");
  }

  private static void load(Path kernel, @Nullable Path initrd) {
    LinuxBoot.load(TestRam.mib(RAM_MIB), kernel, initrd, LINE, 1, RANDOM);
  }

  private Path sparse(String name, long bytes) throws IOException {
    Path file = dir.resolve(name);
    try (var out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(bytes);
    }
    return file;
  }

  private static void assertRefused(ThrowingCallable action, ErrorCode code, String expected) {
    assertThatExceptionOfType(SporeException.class)
        .isThrownBy(action)
        .matches(e -> e.code() == code)
        .withMessageContaining(expected);
  }
}
