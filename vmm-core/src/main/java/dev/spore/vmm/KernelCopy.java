package dev.spore.vmm;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.boot.LinuxBoot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Kernel and initrd on their way into guest RAM, on a thread of their own: some 12 ms, as long as
 * KVM takes to make the machine they will run on.
 */
final class KernelCopy {
  private final CompletableFuture<LinuxBoot.Copied> copied;

  private KernelCopy(CompletableFuture<LinuxBoot.Copied> copied) {
    this.copied = copied;
  }

  /** Begins; {@code owner} waits for the end before it unmaps the memory. */
  static KernelCopy start(GuestMemory memory, MachineSpec spec, Closeables owner) {
    CompletableFuture<LinuxBoot.Copied> copied =
        CompletableFuture.supplyAsync(
            () -> LinuxBoot.copy(memory, spec.kernel(), spec.initrd().orElse(null)),
            work -> Thread.ofPlatform().daemon().name("kernel-copy").start(work));
    KernelCopy copy = new KernelCopy(copied);
    owner.add(copy::settle);
    return copy;
  }

  /**
   * Waits for it.
   *
   * @throws SporeException as {@link LinuxBoot#copy}
   */
  LinuxBoot.Copied join() {
    try {
      return copied.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof SporeException refused) {
        throw refused;
      }
      throw e;
    }
  }

  private void settle() {
    try {
      copied.join();
    } catch (CompletionException reported) {
      // By join(), or something else failed first and that is what the caller hears.
    }
  }
}
