package dev.spore.kvm;

import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the memory of a VM mapped for as long as a vCPU could still touch it.
 *
 * <p>KVM remembers addresses, not mappings: were guest RAM unmapped first, whatever the JVM mapped
 * there next would be the guest's to read and write. The VM descriptor and every vCPU descriptor
 * hold one count each; slots are let go when the last one is closed.
 */
final class VmLifetime implements Runnable {
  /** One memory slot: what it maps and how many pages its dirty log covers. */
  record Slot(Mapping mapping, long sizeBytes) {}

  private final Map<Integer, Slot> slots = new HashMap<>();
  private int handles = 1;

  /** Counts a vCPU in. */
  synchronized void retain() {
    handles++;
  }

  /** Counts a closed descriptor out. */
  @Override
  public synchronized void run() {
    handles--;
    if (handles == 0) {
      for (Slot slot : slots.values()) {
        slot.mapping().release();
      }
      slots.clear();
    }
  }

  /** Records a slot KVM accepted; the caller has retained its mapping. */
  synchronized void put(int number, Slot slot) {
    if (handles == 0) {
      slot.mapping().release();
      return;
    }
    Slot old = slots.put(number, slot);
    if (old != null) {
      old.mapping().release();
    }
  }

  /** Lets go of a slot KVM deleted. */
  synchronized void remove(int number) {
    Slot old = slots.remove(number);
    if (old != null) {
      old.mapping().release();
    }
  }

  /**
   * Size of the slot's dirty bitmap in bytes: one bit a page, rounded up to 64 bits.
   *
   * @throws IllegalArgumentException when the slot does not exist
   */
  synchronized long dirtyBitmapBytes(int number) {
    Slot slot = slots.get(number);
    if (slot == null) {
      throw new IllegalArgumentException("memory slot " + number + " does not exist");
    }
    return (slot.sizeBytes() / Mapping.PAGE_BYTES + 63) / 64 * 8;
  }
}
