package dev.spore.vmm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a machine is made of.
 *
 * @param memoryBytes guest RAM; validated at boot
 * @param vcpus 1 to {@link VmmLimits#VCPUS_MAX}
 * @param kernel ELF vmlinux or bzImage
 * @param initrd initial RAM disk, newc cpio
 * @param disks virtio-blk disks in order: vda, vdb …
 * @param kernelArguments appended to the command line Spore builds
 * @param earlyConsole whether the kernel also writes to the 16550 before it has a console
 */
public record MachineSpec(
    long memoryBytes,
    int vcpus,
    Path kernel,
    Optional<Path> initrd,
    List<DiskSpec> disks,
    List<String> kernelArguments,
    boolean earlyConsole) {

  public MachineSpec {
    disks = List.copyOf(disks);
    kernelArguments = List.copyOf(kernelArguments);
  }

  /** Starts a spec with one vCPU and the default memory. */
  public static Builder builder(Path kernel) {
    return new Builder(kernel);
  }

  /** Collects a spec; not thread-safe. */
  public static final class Builder {
    private final Path kernel;
    private final List<DiskSpec> disks = new ArrayList<>();
    private final List<String> kernelArguments = new ArrayList<>();
    private long memoryBytes = VmmLimits.MEMORY_BYTES_DEFAULT;
    private int vcpus = 1;
    private Optional<Path> initrd = Optional.empty();
    private boolean earlyConsole;

    private Builder(Path kernel) {
      this.kernel = kernel;
    }

    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    public Builder vcpus(int count) {
      vcpus = count;
      return this;
    }

    public Builder initrd(Path file) {
      initrd = Optional.of(file);
      return this;
    }

    public Builder disk(DiskSpec disk) {
      disks.add(disk);
      return this;
    }

    public Builder kernelArgument(String argument) {
      kernelArguments.add(argument);
      return this;
    }

    public Builder earlyConsole(boolean wanted) {
      earlyConsole = wanted;
      return this;
    }

    public MachineSpec build() {
      return new MachineSpec(
          memoryBytes, vcpus, kernel, initrd, disks, kernelArguments, earlyConsole);
    }
  }
}
