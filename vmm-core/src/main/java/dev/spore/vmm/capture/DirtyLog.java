package dev.spore.vmm.capture;

import java.lang.foreign.MemorySegment;

/** The hypervisor's log of pages the guest wrote, one for each region of RAM. */
public interface DirtyLog {
  /** Begins to log; pages written before may be reported once. */
  void start();

  /** Stops logging. */
  void stop();

  /**
   * Which pages of a region the guest wrote since the last call.
   *
   * @param bitmap takes one bit a page, rounded up to 8 bytes, little-endian words
   */
  void fetch(int region, MemorySegment bitmap);
}
