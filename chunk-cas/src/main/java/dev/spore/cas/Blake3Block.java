package dev.spore.cas;

/**
 * BLAKE3's compression function, one block at a time, in plain Java (BLAKE3 paper, 2.2).
 *
 * <p>Words are little-endian; a chaining value is eight of them, a block sixteen.
 */
final class Blake3Block {
  /** Bytes of a block. */
  static final int BYTES = 64;

  /** Words of a block. */
  static final int WORDS = 16;

  /** Words of a chaining value. */
  static final int CV_WORDS = 8;

  static final int CHUNK_START = 1;
  static final int CHUNK_END = 2;
  static final int PARENT = 4;
  static final int ROOT = 8;

  static final int ROUNDS = 7;

  static final int IV0 = 0x6A09E667;
  static final int IV1 = 0xBB67AE85;
  static final int IV2 = 0x3C6EF372;
  static final int IV3 = 0xA54FF53A;
  private static final int[] IV = {
    IV0, IV1, IV2, IV3, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19
  };

  private Blake3Block() {}

  /** Word {@code index} of the chaining value every chunk and every parent starts from. */
  static int iv(int index) {
    return IV[index];
  }

  /** Sets {@code cv[at..at+8)} to where every chunk and every parent starts from. */
  static void start(int[] cv, int at) {
    System.arraycopy(IV, 0, cv, at, CV_WORDS);
  }

  /**
   * Compresses {@code m[from..from+16)} into {@code cv[at..at+8)}. The ranges may overlap.
   *
   * <p>One long method: the 32 words live in locals, which C1 and C2 keep in registers and on the
   * stack, without the bounds checks of arrays; a round as a method of its own would cost half the
   * speed.
   */
  static void compress(
      int[] cv, int at, int[] m, int from, long counter, int lengthBytes, int flags) {
    int m0 = m[from], m1 = m[from + 1], m2 = m[from + 2], m3 = m[from + 3];
    int m4 = m[from + 4], m5 = m[from + 5], m6 = m[from + 6], m7 = m[from + 7];
    int m8 = m[from + 8], m9 = m[from + 9], m10 = m[from + 10], m11 = m[from + 11];
    int m12 = m[from + 12], m13 = m[from + 13], m14 = m[from + 14], m15 = m[from + 15];
    int v0 = cv[at], v1 = cv[at + 1], v2 = cv[at + 2], v3 = cv[at + 3];
    int v4 = cv[at + 4], v5 = cv[at + 5], v6 = cv[at + 6], v7 = cv[at + 7];
    int v8 = IV0, v9 = IV1, v10 = IV2, v11 = IV3;
    int v12 = (int) counter, v13 = (int) (counter >>> 32), v14 = lengthBytes, v15 = flags;
    for (int round = 0; round < ROUNDS; round++) {
      v12 = Integer.rotateRight(v12 ^ (v0 += v4 + m0), 16);
      v4 = Integer.rotateRight(v4 ^ (v8 += v12), 12);
      v12 = Integer.rotateRight(v12 ^ (v0 += v4 + m1), 8);
      v4 = Integer.rotateRight(v4 ^ (v8 += v12), 7);
      v13 = Integer.rotateRight(v13 ^ (v1 += v5 + m2), 16);
      v5 = Integer.rotateRight(v5 ^ (v9 += v13), 12);
      v13 = Integer.rotateRight(v13 ^ (v1 += v5 + m3), 8);
      v5 = Integer.rotateRight(v5 ^ (v9 += v13), 7);
      v14 = Integer.rotateRight(v14 ^ (v2 += v6 + m4), 16);
      v6 = Integer.rotateRight(v6 ^ (v10 += v14), 12);
      v14 = Integer.rotateRight(v14 ^ (v2 += v6 + m5), 8);
      v6 = Integer.rotateRight(v6 ^ (v10 += v14), 7);
      v15 = Integer.rotateRight(v15 ^ (v3 += v7 + m6), 16);
      v7 = Integer.rotateRight(v7 ^ (v11 += v15), 12);
      v15 = Integer.rotateRight(v15 ^ (v3 += v7 + m7), 8);
      v7 = Integer.rotateRight(v7 ^ (v11 += v15), 7);
      v15 = Integer.rotateRight(v15 ^ (v0 += v5 + m8), 16);
      v5 = Integer.rotateRight(v5 ^ (v10 += v15), 12);
      v15 = Integer.rotateRight(v15 ^ (v0 += v5 + m9), 8);
      v5 = Integer.rotateRight(v5 ^ (v10 += v15), 7);
      v12 = Integer.rotateRight(v12 ^ (v1 += v6 + m10), 16);
      v6 = Integer.rotateRight(v6 ^ (v11 += v12), 12);
      v12 = Integer.rotateRight(v12 ^ (v1 += v6 + m11), 8);
      v6 = Integer.rotateRight(v6 ^ (v11 += v12), 7);
      v13 = Integer.rotateRight(v13 ^ (v2 += v7 + m12), 16);
      v7 = Integer.rotateRight(v7 ^ (v8 += v13), 12);
      v13 = Integer.rotateRight(v13 ^ (v2 += v7 + m13), 8);
      v7 = Integer.rotateRight(v7 ^ (v8 += v13), 7);
      v14 = Integer.rotateRight(v14 ^ (v3 += v4 + m14), 16);
      v4 = Integer.rotateRight(v4 ^ (v9 += v14), 12);
      v14 = Integer.rotateRight(v14 ^ (v3 += v4 + m15), 8);
      v4 = Integer.rotateRight(v4 ^ (v9 += v14), 7);
      // The next round takes the words in this order: 2 6 3 10 7 0 4 13 1 11 12 5 9 14 15 8.
      int first = m0;
      m0 = m2;
      m2 = m3;
      m3 = m10;
      m10 = m12;
      m12 = m9;
      m9 = m11;
      m11 = m5;
      m5 = first;
      first = m1;
      m1 = m6;
      m6 = m4;
      m4 = m7;
      m7 = m13;
      m13 = m14;
      m14 = m15;
      m15 = m8;
      m8 = first;
    }
    cv[at] = v0 ^ v8;
    cv[at + 1] = v1 ^ v9;
    cv[at + 2] = v2 ^ v10;
    cv[at + 3] = v3 ^ v11;
    cv[at + 4] = v4 ^ v12;
    cv[at + 5] = v5 ^ v13;
    cv[at + 6] = v6 ^ v14;
    cv[at + 7] = v7 ^ v15;
  }

  /**
   * The chaining value of one chunk, into {@code cv[at..at+8)}.
   *
   * @param words the chunk's bytes, zeroes to the end of its last block
   * @param lengthBytes 0 to 1024
   * @param counter the chunk's number in the input
   * @param root {@link #ROOT} if the chunk is the whole input, else 0
   */
  static void chunk(int[] words, int lengthBytes, long counter, int root, int[] cv, int at) {
    start(cv, at);
    int blocks = Math.max(1, (lengthBytes + BYTES - 1) / BYTES);
    for (int i = 0; i < blocks; i++) {
      boolean last = i == blocks - 1;
      int flags = (i == 0 ? CHUNK_START : 0) | (last ? CHUNK_END | root : 0);
      int length = last ? lengthBytes - i * BYTES : BYTES;
      compress(cv, at, words, i * WORDS, counter, length, flags);
    }
  }

  /**
   * The chaining value of the parent of {@code pair[from..from+16)}, into {@code cv[at..at+8)},
   * which must not be inside the pair.
   *
   * @param root {@link #ROOT} if it is the tree's root, else 0
   */
  static void parent(int[] pair, int from, int root, int[] cv, int at) {
    start(cv, at);
    compress(cv, at, pair, from, 0, BYTES, PARENT | root);
  }
}
