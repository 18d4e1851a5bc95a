package dev.spore.vmm.board;

import dev.spore.virtio.mmio.MmioTransport;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.BootLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The MMIO bus: virtio windows, and a refusal for everything else (reads as ones, swallows writes,
 * counts). Fixed before the machine runs, then read by all vCPU threads.
 */
public final class MmioBus {
  private final List<MmioTransport> transports = new ArrayList<>();
  private final LongAdder refused = new LongAdder();

  /**
   * Number of the slot the next {@link #attach} takes.
   *
   * @throws SporeException usage.invalid_argument when none is left
   */
  public int nextSlot() {
    if (transports.size() == BootLayout.VIRTIO_WINDOWS_MAX) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "the board has %d device slots and all are taken; give the machine fewer disks"
              .formatted(BootLayout.VIRTIO_WINDOWS_MAX));
    }
    return transports.size();
  }

  /** Puts {@code transport} into slot {@link #nextSlot}. */
  public void attach(MmioTransport transport) {
    nextSlot();
    transports.add(transport);
  }

  /** Reads {@code widthBytes} (1 to 8) at guest physical address {@code gpa}. */
  public long read(long gpa, int widthBytes) {
    int slot = slotOf(gpa, widthBytes);
    if (slot < 0) {
      refused.increment();
      return -1;
    }
    return transports.get(slot).read((int) (gpa - windowAddress(slot)), widthBytes);
  }

  /** Writes the low {@code widthBytes} (1 to 8) of {@code value} at {@code gpa}. */
  public void write(long gpa, int widthBytes, long value) {
    int slot = slotOf(gpa, widthBytes);
    if (slot < 0) {
      refused.increment();
      return;
    }
    transports.get(slot).write((int) (gpa - windowAddress(slot)), widthBytes, value);
  }

  /** Guest physical address of virtio slot {@code slot}'s window. */
  public static long windowAddress(int slot) {
    return BootLayout.VIRTIO_MMIO + (long) slot * BootLayout.VIRTIO_MMIO_BYTES;
  }

  /** Accesses nobody answered. */
  public long refusedAccesses() {
    return refused.sum();
  }

  private int slotOf(long gpa, int widthBytes) {
    long offset = gpa - BootLayout.VIRTIO_MMIO;
    if (offset < 0 || offset >= (long) transports.size() * BootLayout.VIRTIO_MMIO_BYTES) {
      return -1;
    }
    int inWindow = (int) (offset % BootLayout.VIRTIO_MMIO_BYTES);
    if (inWindow + widthBytes > BootLayout.VIRTIO_MMIO_BYTES) {
      return -1;
    }
    return (int) (offset / BootLayout.VIRTIO_MMIO_BYTES);
  }
}
