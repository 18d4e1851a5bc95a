package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.SporeException;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes guest RAM ready for a Linux kernel's first instruction. */
public final class LinuxBoot {
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
   * @param random seeds the guest kernel's own generator
   * @return with which registers the first vCPU enters
   * @throws SporeException object.not_found or object.invalid for a file, usage.invalid_argument
   *     for {@code vcpus}; the RAM is of no use then
   */
  public static EntryState load(
      GuestMemory memory,
      Path kernel,
      @Nullable Path initrd,
      CommandLine commandLine,
      int vcpus,
      RandomGenerator random) {
    if (vcpus < 1 || vcpus > BootLimits.VCPUS_MAX) {
      throw BootError.argument(
          "%d vCPUs".formatted(vcpus),
          "is outside what a guest can have",
          "choose from 1 to %d".formatted(BootLimits.VCPUS_MAX));
    }
    return copy(() -> memory, kernel, initrd).finish(commandLine, vcpus, random);
  }

  /**
   * The part of {@link #load} that needs no command line: copies kernel and initrd.
   *
   * @param target asked for the memory when the kernel has been opened and parsed
   * @throws SporeException as {@link #load}
   */
  public static Copied copy(Supplier<GuestMemory> target, Path kernel, @Nullable Path initrd) {
    try (KernelImage image = KernelImage.open(kernel)) {
      GuestMemory memory = target.get();
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
     * @param random seeds the guest kernel's own generator
     * @return with which registers the first vCPU enters
     */
    public EntryState finish(CommandLine commandLine, int vcpus, RandomGenerator random) {
      byte[] seed = new byte[RNG_SEED_BYTES];
      random.nextBytes(seed);
      MpTable.write(memory, vcpus);
      BootParams.write(memory, commandLine, initrd, seed);
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
}
