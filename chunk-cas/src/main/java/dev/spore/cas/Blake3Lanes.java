package dev.spore.cas;

import java.lang.foreign.MemorySegment;

/**
 * The two bulk steps of BLAKE3's tree, by whatever instructions there are. Stateless between calls.
 */
sealed interface Blake3Lanes permits ScalarLanes, VectorLanes {
  /**
   * Chaining values of whole chunks.
   *
   * @param offset of the first one in {@code input}
   * @param count how many, a power of two
   * @param counter number of the first one
   * @param cvs receives eight words of each, from index 0
   */
  void chunks(MemorySegment input, long offset, int count, long counter, int[] cvs);

  /**
   * Replaces pairs of chaining values by their parents', none of them the root.
   *
   * @param cvs pairs at 0, 16, ...; parents at 0, 8, ... afterwards
   * @param count parents, a power of two
   */
  void parents(int[] cvs, int count);
}
