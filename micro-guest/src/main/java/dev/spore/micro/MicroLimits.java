package dev.spore.micro;

import dev.spore.kvm.Mapping;

/** Every bound of this module: why this number, and what happens at it. */
public final class MicroLimits {
  /** Where regions may begin, bytes: what is below belongs to the machine itself. */
  public static final long FIRST_ADDRESS = 0x20000;

  /**
   * The page of the doorbell: the last 2 MiB of the first GiB, which one page directory covers.
   * Regions end below it; none that begins later is accepted.
   */
  public static final long DOORBELL = 0x3fe0_0000;

  /**
   * 2 MiB pieces of an address space that need 4 KiB pages, because regions begin or end inside
   * them; there are page tables for so many. More are refused.
   */
  public static final int SPLIT_PIECES_MAX = 12;

  /**
   * Pages a run may have written for its machine to be made pristine again; above that a new
   * machine is cheaper, and an idle one would keep the memory.
   */
  public static final int RESET_PAGES_MAX = 2048;

  static final int PAGE = (int) Mapping.PAGE_BYTES;
  static final long LARGE_PAGE = 2L << 20;

  private MicroLimits() {}
}
