package dev.spore.cas;

import java.lang.foreign.MemorySegment;

/** One chunk after the other. */
final class ScalarLanes implements Blake3Lanes {
  private final int[] words = new int[Blake3Hasher.CHUNK_WORDS];

  @Override
  public void chunks(MemorySegment input, long offset, int count, long counter, int[] cvs) {
    LaneChoice.hashed((long) count * Blake3Hasher.CHUNK_BYTES);
    for (int i = 0; i < count; i++) {
      // One copy in bulk: reads of single words from a segment are slow under C1.
      long from = offset + (long) i * Blake3Hasher.CHUNK_BYTES;
      MemorySegment.copy(input, Blake3Hasher.WORD, from, words, 0, words.length);
      int at = i * Blake3Block.CV_WORDS;
      Blake3Block.chunk(words, Blake3Hasher.CHUNK_BYTES, counter + i, 0, cvs, at);
    }
  }

  @Override
  public void parents(int[] cvs, int count) {
    parents(cvs, 0, count);
  }

  /** The parents {@code first} to {@code end - 1}. */
  static void parents(int[] cvs, int first, int end) {
    int[] cv = new int[Blake3Block.CV_WORDS];
    for (int i = first; i < end; i++) {
      int from = i * Blake3Block.WORDS;
      Blake3Block.parent(cvs, from, 0, cv, 0);
      System.arraycopy(cv, 0, cvs, i * Blake3Block.CV_WORDS, cv.length);
    }
  }
}
