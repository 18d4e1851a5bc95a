package dev.spore.cas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * BLAKE3-256 of bytes that come in pieces (BLAKE3 paper, 2.1 and 5.1.2). Not thread-safe.
 *
 * <p>The input is cut into chunks of 1 KiB, leaves of a binary tree whose left subtrees are as
 * large a power of two as leaves something for the right. A stack holds the roots of the complete
 * subtrees so far; two of them are merged only when more input follows, because the last merge of
 * all is flagged as the root.
 */
public final class Blake3Hasher {
  /** Bytes of a leaf of the tree. */
  static final int CHUNK_BYTES = 1024;

  static final int CHUNK_WORDS = CHUNK_BYTES / Integer.BYTES;

  /** Words in memory. */
  static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Leaves hashed in one go: their chaining values fill 32 KiB, the first-level cache. */
  private static final int SUBTREE_CHUNKS_MAX = 1024;

  /** Roots on the stack: the tree over 2^63 bytes is 53 levels high; a pair is pushed at once. */
  private static final int STACK_MAX = 55;

  private static final int CV_WORDS = Blake3Block.CV_WORDS;

  private final Blake3Lanes lanes;
  private final int[] stack = new int[STACK_MAX * CV_WORDS];
  private int stacked;
  private final byte[] partial = new byte[CHUNK_BYTES];
  private final MemorySegment partialSegment = MemorySegment.ofArray(partial);
  private int partialBytes;
  private long chunks;
  private int[] cvs = new int[2 * CV_WORDS];
  private final int[] merged = new int[CV_WORDS];

  Blake3Hasher(Blake3Lanes lanes) {
    this.lanes = lanes;
  }

  /** Appends bytes. */
  public Blake3Hasher update(byte[] bytes) {
    return update(MemorySegment.ofArray(bytes));
  }

  /** Appends what {@code buffer} has between position and limit, which stay where they are. */
  public Blake3Hasher update(ByteBuffer buffer) {
    return update(MemorySegment.ofBuffer(buffer));
  }

  /** Appends the bytes of a segment, which nobody may change meanwhile. */
  public Blake3Hasher update(MemorySegment bytes) {
    long at = 0;
    long left = bytes.byteSize();
    if (partialBytes > 0) {
      at = fill(bytes, 0, left);
      left -= at;
      if (left == 0) {
        return this;
      }
      completePartial();
    }
    while (left > CHUNK_BYTES) {
      int count = subtreeChunks(left);
      subtree(bytes, at, count);
      at += (long) count * CHUNK_BYTES;
      left -= (long) count * CHUNK_BYTES;
    }
    if (left > 0) {
      merge(chunks);
      fill(bytes, at, left);
    }
    return this;
  }

  /** The hash of all bytes so far; more may follow. */
  public ChunkId finish() {
    int[] words = new int[CHUNK_WORDS];
    int[] pair = new int[2 * CV_WORDS];
    int[] cv = new int[CV_WORDS];
    int left = stacked;
    if (left == 0) {
      loadPartial(words);
      Blake3Block.chunk(words, partialBytes, 0, Blake3Block.ROOT, cv, 0);
      return id(cv);
    }
    if (partialBytes > 0) {
      loadPartial(words);
      Blake3Block.chunk(words, partialBytes, chunks, 0, pair, CV_WORDS);
    } else {
      left--;
      System.arraycopy(stack, left * CV_WORDS, pair, CV_WORDS, CV_WORDS);
    }
    while (left > 0) {
      left--;
      System.arraycopy(stack, left * CV_WORDS, pair, 0, CV_WORDS);
      Blake3Block.parent(pair, 0, left == 0 ? Blake3Block.ROOT : 0, cv, 0);
      System.arraycopy(cv, 0, pair, CV_WORDS, CV_WORDS);
    }
    return id(cv);
  }

  private void loadPartial(int[] words) {
    Arrays.fill(partial, partialBytes, CHUNK_BYTES, (byte) 0);
    MemorySegment.copy(partialSegment, WORD, 0, words, 0, CHUNK_WORDS);
  }

  private static ChunkId id(int[] cv) {
    byte[] bytes = new byte[ChunkId.BYTES];
    MemorySegment.copy(cv, 0, MemorySegment.ofArray(bytes), WORD, 0, CV_WORDS);
    return ChunkId.of(bytes);
  }

  /** Appends to the unfinished chunk what it takes; how many bytes that was. */
  private int fill(MemorySegment bytes, long at, long left) {
    int length = (int) Math.min(left, CHUNK_BYTES - partialBytes);
    MemorySegment.copy(bytes, at, partialSegment, partialBytes, length);
    partialBytes += length;
    return length;
  }

  /** The unfinished chunk is full and more follows. */
  private void completePartial() {
    lanes.chunks(partialSegment, 0, 1, chunks, cvs);
    push(0, chunks);
    chunks++;
    partialBytes = 0;
  }

  /** The largest complete subtree that begins here and leaves the root to {@link #finish()}. */
  private int subtreeChunks(long leftBytes) {
    long whole = Long.highestOneBit(leftBytes) / CHUNK_BYTES;
    long aligned = chunks == 0 ? SUBTREE_CHUNKS_MAX : Long.lowestOneBit(chunks);
    return (int) Math.min(Math.min(whole, aligned), SUBTREE_CHUNKS_MAX);
  }

  /**
   * Hashes a subtree down to its last pair: whether that pair's parent is the root is not known.
   */
  private void subtree(MemorySegment bytes, long at, int count) {
    if (cvs.length < count * CV_WORDS) {
      cvs = new int[count * CV_WORDS];
    }
    lanes.chunks(bytes, at, count, chunks, cvs);
    for (int parents = count / 2; parents > 1; parents /= 2) {
      lanes.parents(cvs, parents);
    }
    push(0, chunks);
    if (count > 1) {
      push(CV_WORDS, chunks + count / 2);
    }
    chunks += count;
  }

  /**
   * Pushes {@code cvs[from..from+8)}.
   *
   * @param before chunks to the left of it
   */
  private void push(int from, long before) {
    merge(before);
    System.arraycopy(cvs, from, stack, stacked * CV_WORDS, CV_WORDS);
    stacked++;
  }

  /** Merges what is complete now that more follows: one root per set bit of the chunks so far. */
  private void merge(long before) {
    int complete = Long.bitCount(before);
    while (stacked > complete) {
      stacked--;
      int left = (stacked - 1) * CV_WORDS;
      Blake3Block.parent(stack, left, 0, merged, 0);
      System.arraycopy(merged, 0, stack, left, CV_WORDS);
    }
  }
}
