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
  private final CompletableFuture<GuestMemory> target = new CompletableFuture<>();
  private final CompletableFuture<LinuxBoot.Copied> copied;

  private KernelCopy(MachineSpec spec) {
    copied =
        CompletableFuture.supplyAsync(
            () -> LinuxBoot.copy(target::join, spec.kernel(), spec.initrd().orElse(null)),
            work -> Thread.ofPlatform().daemon().name("kernel-copy").start(work));
  }

  /** Begins to read the kernel; {@code owner} ends that if there will be no memory for it. */
  static KernelCopy start(MachineSpec spec, Closeables owner) {
    KernelCopy copy = new KernelCopy(spec);
    owner.add(copy::abandon);
    return copy;
  }

  /** Copies it to {@code ram}; {@code owner} waits for the end before it unmaps the memory. */
  void into(GuestMemory ram, Closeables owner) {
    owner.add(this::settle);
    target.complete(ram);
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

  private void abandon() {
    target.cancel(false);
    settle();
  }

  private void settle() {
    try {
      copied.join();
    } catch (CompletionException reported) {
      // By join(), or something else failed first and that is what the caller hears.
    }
  }
}
