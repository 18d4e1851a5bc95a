package dev.spore.fuzz;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.KernelImage;
import java.lang.foreign.Arena;

/** Loads hostile kernels into guest RAM. */
final class KernelLoading {
  private static final long RAM_BYTES = 4 << 20;

  /** Shared by all runs: a loader never reads it, so what an earlier run left changes nothing. */
  private static final GuestMemory MEMORY =
      GuestMemory.ofSingle(Arena.global().allocate(RAM_BYTES, GuestMemory.PAGE_BYTES));

  private KernelLoading() {}

  /** Loads {@code image}; the one exception a damaged file may cause is the user's own. */
  static void load(byte[] image) {
    try (KernelImage kernel = KernelImage.ofBytes("fuzz", image)) {
      kernel.copyTo(MEMORY);
      if (kernel.entry() < 0x10_0000 || kernel.end() > RAM_BYTES) {
        throw new AssertionError("entry 0x%x, end 0x%x".formatted(kernel.entry(), kernel.end()));
      }
    } catch (SporeException e) {
      if (!e.code().code().equals("object.invalid")) {
        throw new AssertionError("wrong kind of refusal", e);
      }
    }
  }
}
