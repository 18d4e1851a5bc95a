package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes guest RAM ready for a Linux kernel's first instruction. */
public final class LinuxBoot {
  private static final Path ENTROPY = Path.of("/dev/urandom");
  private static final int RNG_SEED_BYTES = 32;
  private static final RamLayout.Region NO_INITRD = new RamLayout.Region(0, 0);

  private LinuxBoot() {}

  /**
   * Loads kernel and initrd and writes everything the kernel expects beside them.
   *
   * @param memory fresh RAM, all zero, laid out by {@link RamLayout}
   * @param kernel vmlinux or bzImage
   * @param initrd what the kernel unpacks as its first root, or null
   * @param vcpus processors the MP table lists, 1 to {@link BootLimits#VCPUS_MAX}
   * @return with which registers the first vCPU enters
   * @throws SporeException object.not_found or object.invalid for a file, usage.invalid_argument
   *     for {@code vcpus}; the RAM is of no use then
   */
  public static EntryState load(
      GuestMemory memory, Path kernel, @Nullable Path initrd, CommandLine commandLine, int vcpus) {
    if (vcpus < 1 || vcpus > BootLimits.VCPUS_MAX) {
      throw BootError.argument(
          "%d vCPUs".formatted(vcpus),
          "is outside what a guest can have",
          "choose from 1 to %d".formatted(BootLimits.VCPUS_MAX));
    }
    return copy(memory, kernel, initrd).finish(commandLine, vcpus);
  }

  /**
   * The part of {@link #load} that needs no command line: copies kernel and initrd.
   *
   * @throws SporeException as {@link #load}
   */
  public static Copied copy(GuestMemory memory, Path kernel, @Nullable Path initrd) {
    try (KernelImage image = KernelImage.open(kernel)) {
      image.copyTo(memory);
      RamLayout.Region place = initrd == null ? NO_INITRD : loadInitrd(memory, initrd, image);
      return new Copied(memory, image.entry(), image.end(), place);
    }
  }

  /**
   * RAM that holds kernel and initrd.
   *
   * @param entry the kernel's first instruction
   * @param end first address behind the kernel
   * @param initrd where it is; empty if there is none
   */
  public record Copied(GuestMemory memory, long entry, long end, RamLayout.Region initrd) {
    /**
     * Writes the tables beside them.
     *
     * @return with which registers the first vCPU enters
     */
    public EntryState finish(CommandLine commandLine, int vcpus) {
      MpTable.write(memory, vcpus);
      BootParams.write(memory, commandLine, initrd, rngSeed());
      return LongMode.write(memory, entry, Math.max(end, initrd.end()));
    }
  }

  private static RamLayout.Region loadInitrd(GuestMemory memory, Path file, KernelImage kernel) {
    try (InitrdImage initrd = InitrdImage.open(file)) {
      RamLayout.Region place = initrd.place(RamLayout.of(memory), kernel);
      initrd.copyTo(memory, place);
      return place;
    }
  }

  /**
   * The kernel's generator read directly: {@code SecureRandom} reads it too, after 25 ms of
   * provider set-up that every start would pay.
   */
  private static byte[] rngSeed() {
    try (InputStream in = Files.newInputStream(ENTROPY)) {
      byte[] seed = in.readNBytes(RNG_SEED_BYTES);
      if (seed.length < RNG_SEED_BYTES) {
        throw new IOException("it ended early");
      }
      return seed;
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.HOST_UNAVAILABLE,
          ENTROPY + ": gives no random bytes; make it available to this process",
          e);
    }
  }
}
