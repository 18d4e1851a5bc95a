package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

final class BzImageTest {
  private static final int RAM_MIB = 16;

  /** Where images that are refused may leave what they like. */
  private static final GuestMemory SCRATCH = TestRam.mib(RAM_MIB);

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"BZIP2", "LZMA", "LZO"})
  void everyPackingYieldsTheSameGuestMemory(Compression compression) throws IOException {
    byte[] text = ElfBuilder.pattern(9 << 20, 3);
    byte[] data = ElfBuilder.pattern(70_000, 4);
    byte[] elf =
        new ElfBuilder()
            .load(0x10_0000, text, text.length)
            .load(0xb0_0000, data, data.length + 5000)
            .build();
    GuestMemory memory = load(BzImageBuilder.of(compression, elf));
    assertThat(Arrays.equals(TestRam.bytes(memory, 0x10_0000, text.length), text)).isTrue();
    assertThat(Arrays.equals(TestRam.bytes(memory, 0xb0_0000, data.length), data)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"BZIP2", "LZMA", "LZO"})
  void truncationAtAnyByteIsRefused(Compression compression) throws IOException {
    byte[] whole = BzImageBuilder.of(compression, ElfBuilder.small());
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length), "kernel k: ");
    }
  }

  /** As a truncation looks when somebody patched the header to match: the payload itself ends. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"BZIP2", "LZMA", "LZO"})
  void aPayloadThatEndsEarlyIsRefused(Compression compression) throws IOException {
    byte[] elf = ElfBuilder.small();
    byte[] packed = BzImageBuilder.pack(compression, elf);
    for (int length = 6; length < packed.length - 4; length++) {
      byte[] cut = BzImageBuilder.withLength(Arrays.copyOf(packed, length), elf.length);
      assertRefused(BzImageBuilder.image(cut), "kernel k: ");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "XZ", "ZSTD"})
  void aFlippedBitIsRefusedByTheChecksum(Compression compression) throws IOException {
    byte[] image = BzImageBuilder.of(compression, ElfBuilder.small());
    image[BzImageBuilder.PAYLOAD + 150] ^= 0x10;
    assertRefused(image, "kernel k: ");
  }

  @ParameterizedTest
  @EnumSource(names = {"BZIP2", "LZMA", "LZO"})
  void otherPackingsAreRefusedByName(Compression compression) throws IOException {
    assertRefused(
        BzImageBuilder.of(compression, ElfBuilder.small()),
        "packed with " + compression.label() + ", which is not unpacked here");
  }

  @Test
  void anUnknownPackingIsRefused() {
    assertRefused(BzImageBuilder.image(new byte[64]), "payload of an unknown format");
  }

  @ParameterizedTest
  @EnumSource
  void aBareCompressedFileIsNamedAsSuch(Compression compression) throws IOException {
    assertRefused(
        BzImageBuilder.pack(compression, ElfBuilder.small()),
        "is a bare " + compression.label() + " file; unpack it first");
  }

  @ParameterizedTest
  @CsvSource({
    "0x206, 2, 0x207, boot protocol 0x207",
    "0x1f4, 4, 0x7fffffff, is truncated",
    "0x1f4, 4, 0xffffffff, is truncated",
    "0x1f1, 1, 0xff, is truncated",
    "0x248, 4, 0xffffffff, outside the file",
    "0x248, 4, 0x10000000, outside the file",
    "0x24c, 4, 0xffffffff, outside the file",
    "0x24c, 4, 10, outside the file",
    "0x24c, 4, 0, outside the file",
    "0x202, 4, 0, neither an ELF file nor a bzImage",
    "0x1fe, 2, 0, neither an ELF file nor a bzImage",
  })
  void wrongHeaderFieldsAreNamed(String offset, int width, String value, String expected)
      throws IOException {
    byte[] image = BzImageBuilder.of(Compression.GZIP, ElfBuilder.small());
    long number = Long.decode(value);
    for (int i = 0; i < width; i++) {
      image[Integer.decode(offset) + i] = (byte) (number >>> (8 * i));
    }
    assertRefused(image, expected);
  }

  @Test
  void aDeclaredLengthBeyondTheLimitIsRefusedBeforeUnpacking() throws IOException {
    byte[] packed = BzImageBuilder.pack(Compression.ZSTD, ElfBuilder.small());
    assertRefused(
        BzImageBuilder.image(BzImageBuilder.withLength(packed, 512 << 20 | 1)),
        "unpacks to 536870913 bytes, at most 536870912 are taken");
    assertRefused(
        BzImageBuilder.image(BzImageBuilder.withLength(packed, -1)), "unpacks to 4294967295");
  }

  @ParameterizedTest
  @EnumSource(names = {"XZ", "ZSTD", "LZ4"})
  void aPayloadLongerThanItDeclaresIsRefused(Compression compression) throws IOException {
    byte[] elf = ElfBuilder.small();
    byte[] bomb = Arrays.copyOf(elf, 4 << 20);
    byte[] packed = BzImageBuilder.pack(compression, bomb);
    assertRefused(
        BzImageBuilder.image(BzImageBuilder.withLength(packed, elf.length)),
        "unpacks to more than the %d bytes it declares".formatted(elf.length));
  }

  @Test
  void aPayloadThatIsNoElfFileIsRefused() throws IOException {
    assertRefused(BzImageBuilder.of(Compression.GZIP, new byte[100]), "is not an ELF file");
    assertRefused(BzImageBuilder.of(Compression.GZIP, new byte[0]), "is truncated");
  }

  @Test
  void segmentsInTheReverseOrderOfTheFileAreLoaded() throws IOException {
    byte[] low = ElfBuilder.pattern(100_000, 1);
    byte[] high = ElfBuilder.pattern(200_000, 2);
    byte[] elf =
        new ElfBuilder()
            .load(0x80_0000, high, high.length)
            .load(0x10_0000, low, low.length)
            .build();
    GuestMemory memory = load(BzImageBuilder.of(Compression.ZSTD, elf));
    assertThat(TestRam.bytes(memory, 0x10_0000, low.length)).isEqualTo(low);
    assertThat(TestRam.bytes(memory, 0x80_0000, high.length)).isEqualTo(high);
  }

  @Test
  void segmentsThatShareBytesOfAPackedFileAreRefused() throws IOException {
    byte[] bytes = ElfBuilder.pattern(200_000, 1);
    byte[] elf =
        new ElfBuilder()
            .load(0x10_0000, bytes, bytes.length)
            .load(0x80_0000, bytes, bytes.length)
            .build();
    ByteBuffer table = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    int second = ElfBuilder.PHOFF + ElfImage.PROGRAM_HEADER_BYTES;
    table.putLong(second + 8, table.getLong(ElfBuilder.PHOFF + 8) + 100_000);
    assertRefused(BzImageBuilder.of(Compression.ZSTD, elf), "share bytes of its packed payload");
  }

  @Test
  void lz4FramesInSmallBlocksOrConcatenatedAreRead() throws IOException {
    byte[] elf = ElfBuilder.small();
    byte[] firstHalf = BzImageBuilder.lz4(Arrays.copyOf(elf, 300), 100);
    byte[] secondHalf = BzImageBuilder.lz4(Arrays.copyOfRange(elf, 300, elf.length), 64);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(firstHalf);
    both.writeBytes(secondHalf);
    GuestMemory memory =
        load(BzImageBuilder.image(BzImageBuilder.withLength(both.toByteArray(), elf.length)));
    assertThat(TestRam.bytes(memory, 0x10_0000, 300)).isEqualTo(ElfBuilder.pattern(300, 1));
  }

  @Test
  void lz4BlocksBeyondTheFormatsSizeAreRefused() throws IOException {
    byte[] elf = Arrays.copyOf(ElfBuilder.small(), (8 << 20) + 1);
    byte[] frame = BzImageBuilder.lz4(elf, elf.length);
    assertRefused(
        BzImageBuilder.image(BzImageBuilder.withLength(frame, elf.length)), "more than 8 MiB");
    ByteArrayOutputStream huge = new ByteArrayOutputStream();
    BzImageBuilder.putWord(huge, Lz4LegacyInputStream.MAGIC);
    BzImageBuilder.putWord(huge, 0x7fff_ffff);
    BzImageBuilder.putWord(huge, 0);
    assertRefused(
        BzImageBuilder.image(BzImageBuilder.withLength(huge.toByteArray(), elf.length)),
        "LZ4 block of 2147483647 bytes is too long");
  }

  private static void assertRefused(byte[] image, String expected) {
    assertThatExceptionOfType(SporeException.class)
        .as("%d bytes", image.length)
        .isThrownBy(() -> loadInto(SCRATCH, image))
        .matches(e -> e.code() == ErrorCode.OBJECT_INVALID)
        .withMessageContaining(expected);
  }

  private static GuestMemory load(byte[] image) {
    GuestMemory memory = TestRam.mib(RAM_MIB);
    loadInto(memory, image);
    return memory;
  }

  private static void loadInto(GuestMemory memory, byte[] image) {
    try (KernelImage kernel = KernelImage.ofBytes("k", image)) {
      kernel.copyTo(memory);
    }
  }
}
