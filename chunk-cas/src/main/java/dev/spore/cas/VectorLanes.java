package dev.spore.cas;

import static jdk.incubator.vector.VectorOperators.ROR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * As many chunks at once as an int vector of this processor has lanes, word {@code w} of all of
 * them in vector {@code w} (BLAKE3 paper, 5.3). Only fast when C2 has compiled it.
 *
 * <p>Uses an incubating module: see {@link LaneChoice}, the only class that may name this one.
 */
final class VectorLanes implements Blake3Lanes {
  private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;

  /** Chunks at once: 4, 8 or 16. */
  static final int LANES = SPECIES.length();

  /** Index of the first lane of each message word, in the order of the seven rounds. */
  private static final int[] SCHEDULE = schedule();

  private static final IntVector KEEP_1 = keep(1);
  private static final IntVector SWAP_1 = swap(1);
  private static final IntVector KEEP_2 = keep(2);
  private static final IntVector SWAP_2 = swap(2);
  private static final IntVector KEEP_4 = keep(4);
  private static final IntVector SWAP_4 = swap(4);
  private static final IntVector KEEP_8 = keep(8);
  private static final IntVector SWAP_8 = swap(8);

  private static final int BLOCKS = Blake3Hasher.CHUNK_BYTES / Blake3Block.BYTES;

  private final ScalarLanes scalar = new ScalarLanes();
  private final int[] cv = new int[Blake3Block.CV_WORDS * LANES];
  private final int[] message = new int[Blake3Block.WORDS * LANES];
  private final int[] counterLow = new int[LANES];
  private final int[] counterHigh = new int[LANES];

  /** Keeps the compiler from leaving out loads whose values nobody wants. */
  @SuppressWarnings("unused")
  private int fetched;

  /** Whether the vectors of this processor have a width this class knows. */
  static boolean isUsable() {
    return LANES == 4 || LANES == 8 || LANES == 16;
  }

  @Override
  public void chunks(MemorySegment input, long offset, int count, long counter, int[] cvs) {
    if (count < LANES) {
      scalar.chunks(input, offset, count, counter, cvs);
      return;
    }
    for (int first = 0; first < count; first += LANES) {
      setCounters(counter + first);
      start();
      long at = offset + (long) first * Blake3Hasher.CHUNK_BYTES;
      long next = at + (long) LANES * Blake3Hasher.CHUNK_BYTES;
      boolean last = first + LANES == count;
      for (int block = 0; block < BLOCKS; block++) {
        if (!last) {
          fetch(input, next + (long) block * LANES * Blake3Block.BYTES);
        }
        loadBlocks(input, at + (long) block * Blake3Block.BYTES, message);
        compress(cv, message, counterLow, counterHigh, chunkFlags(block));
      }
      store(cvs, first);
    }
  }

  /**
   * Has the processor fetch bytes that come soon, a line for each lane. The rows of {@link
   * #loadBlocks} are in as many places as there are lanes, more than its own fetching ahead sees.
   */
  private void fetch(MemorySegment input, long from) {
    int sum = 0;
    for (int line = 0; line < LANES; line++) {
      sum += input.get(ValueLayout.JAVA_BYTE, from + (long) line * Blake3Block.BYTES);
    }
    fetched = sum;
  }

  private static int chunkFlags(int block) {
    return switch (block) {
      case 0 -> Blake3Block.CHUNK_START;
      case BLOCKS - 1 -> Blake3Block.CHUNK_END;
      default -> 0;
    };
  }

  @Override
  public void parents(int[] cvs, int count) {
    int first = 0;
    if (count >= LANES) {
      setCounters(0);
      Arrays.fill(counterLow, 0);
      for (; first < count; first += LANES) {
        start();
        loadPairs(cvs, first * Blake3Block.WORDS, message);
        compress(cv, message, counterLow, counterHigh, Blake3Block.PARENT);
        store(cvs, first);
      }
    }
    ScalarLanes.parents(cvs, first, count);
  }

  private void setCounters(long counter) {
    for (int lane = 0; lane < LANES; lane++) {
      counterLow[lane] = (int) (counter + lane);
      counterHigh[lane] = (int) ((counter + lane) >>> 32);
    }
  }

  private void start() {
    for (int word = 0; word < Blake3Block.CV_WORDS; word++) {
      IntVector.broadcast(SPECIES, Blake3Block.iv(word)).intoArray(cv, word * LANES);
    }
  }

  /** Writes the chaining value of each lane to where {@code cvs} has the one of that chunk. */
  private void store(int[] cvs, int first) {
    for (int lane = 0; lane < LANES; lane++) {
      for (int word = 0; word < Blake3Block.CV_WORDS; word++) {
        cvs[(first + lane) * Blake3Block.CV_WORDS + word] = cv[word * LANES + lane];
      }
    }
  }

  /**
   * One block of each chunk, transposed: for each bit of a lane's number, vectors whose own numbers
   * differ in it exchange the lanes whose numbers do.
   *
   * <p>Two bits a pass, because passes go through memory: C2 keeps only so many vectors in
   * registers. With narrow vectors a row is a part of a block, and each part a square of its own.
   */
  private static void loadBlocks(MemorySegment input, long from, int[] m) {
    if (LANES == Blake3Block.WORDS) {
      long step = 4L * Blake3Hasher.CHUNK_BYTES;
      for (int i = 0; i < 4; i++) {
        long at = from + (long) i * Blake3Hasher.CHUNK_BYTES;
        IntVector a = row(input, at);
        IntVector b = row(input, at + step);
        IntVector c = row(input, at + 2 * step);
        IntVector d = row(input, at + 3 * step);
        farQuad(m, i, a, b, c, d);
      }
    } else {
      for (int i = 0; i < Blake3Block.WORDS; i++) {
        long lane = i % LANES;
        long word = i - lane;
        row(input, from + lane * Blake3Hasher.CHUNK_BYTES + word * Integer.BYTES)
            .intoArray(m, i * LANES);
      }
      farPairs(m);
    }
    nearQuads(m);
  }

  private static IntVector row(MemorySegment input, long at) {
    return IntVector.fromMemorySegment(SPECIES, input, at, ByteOrder.LITTLE_ENDIAN);
  }

  /** The same of pairs of chaining values, which lie one behind the other. */
  private static void loadPairs(int[] cvs, int from, int[] m) {
    if (LANES == Blake3Block.WORDS) {
      for (int i = 0; i < 4; i++) {
        int at = from + i * LANES;
        IntVector b = word(cvs, at + 4 * LANES);
        IntVector c = word(cvs, at + 8 * LANES);
        IntVector d = word(cvs, at + 12 * LANES);
        farQuad(m, i, word(cvs, at), b, c, d);
      }
    } else {
      for (int i = 0; i < Blake3Block.WORDS; i++) {
        int lane = i % LANES;
        word(cvs, from + lane * Blake3Block.WORDS + i - lane).intoArray(m, i * LANES);
      }
      farPairs(m);
    }
    nearQuads(m);
  }

  /** Bits 3 and 2 of sixteen lanes, for four rows that differ in them. */
  private static void farQuad(int[] m, int i, IntVector a, IntVector b, IntVector c, IntVector d) {
    IntVector ac = both(KEEP_8, a, c);
    IntVector ca = both(SWAP_8, a, c);
    IntVector bd = both(KEEP_8, b, d);
    IntVector db = both(SWAP_8, b, d);
    both(KEEP_4, ac, bd).intoArray(m, i * LANES);
    both(SWAP_4, ac, bd).intoArray(m, (i + 4) * LANES);
    both(KEEP_4, ca, db).intoArray(m, (i + 8) * LANES);
    both(SWAP_4, ca, db).intoArray(m, (i + 12) * LANES);
  }

  /** Bit 2 of eight lanes; four lanes have no such bit. */
  private static void farPairs(int[] m) {
    if (LANES == 8) {
      for (int i = 0; i < 8; i++) {
        int at = (i + (i & 4)) * LANES;
        IntVector a = word(m, at);
        IntVector b = word(m, at + 4 * LANES);
        both(KEEP_4, a, b).intoArray(m, at);
        both(SWAP_4, a, b).intoArray(m, at + 4 * LANES);
      }
    }
  }

  /** Bits 1 and 0 of any number of lanes. */
  private static void nearQuads(int[] m) {
    for (int at = 0; at < Blake3Block.WORDS * LANES; at += 4 * LANES) {
      IntVector a = word(m, at);
      IntVector b = word(m, at + LANES);
      IntVector c = word(m, at + 2 * LANES);
      IntVector d = word(m, at + 3 * LANES);
      IntVector ac = both(KEEP_2, a, c);
      IntVector ca = both(SWAP_2, a, c);
      IntVector bd = both(KEEP_2, b, d);
      IntVector db = both(SWAP_2, b, d);
      both(KEEP_1, ac, bd).intoArray(m, at);
      both(SWAP_1, ac, bd).intoArray(m, at + LANES);
      both(KEEP_1, ca, db).intoArray(m, at + 2 * LANES);
      both(SWAP_1, ca, db).intoArray(m, at + 3 * LANES);
    }
  }

  /**
   * {@link Blake3Block#compress} in every lane, the chaining value in place.
   *
   * <p>One long method, without helpers in its loop: C2 stops inlining such in a method as large as
   * this becomes (NodeCountInliningCutoff), and a vector that passes a real call is an object.
   */
  private static void compress(int[] cv, int[] m, int[] counterLow, int[] counterHigh, int flags) {
    IntVector v0 = word(cv, 0), v1 = word(cv, LANES);
    IntVector v2 = word(cv, 2 * LANES), v3 = word(cv, 3 * LANES);
    IntVector v4 = word(cv, 4 * LANES), v5 = word(cv, 5 * LANES);
    IntVector v6 = word(cv, 6 * LANES), v7 = word(cv, 7 * LANES);
    IntVector v8 = same(Blake3Block.IV0), v9 = same(Blake3Block.IV1);
    IntVector v10 = same(Blake3Block.IV2), v11 = same(Blake3Block.IV3);
    IntVector v12 = word(counterLow, 0), v13 = word(counterHigh, 0);
    IntVector v14 = same(Blake3Block.BYTES), v15 = same(flags);
    for (int at = 0; at < SCHEDULE.length; at += Blake3Block.WORDS) {
      v0 = v0.add(v4).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at]));
      v12 = v12.lanewise(XOR, v0).lanewise(ROR, 16);
      v8 = v8.add(v12);
      v4 = v4.lanewise(XOR, v8).lanewise(ROR, 12);
      v0 = v0.add(v4).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 1]));
      v12 = v12.lanewise(XOR, v0).lanewise(ROR, 8);
      v8 = v8.add(v12);
      v4 = v4.lanewise(XOR, v8).lanewise(ROR, 7);
      v1 = v1.add(v5).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 2]));
      v13 = v13.lanewise(XOR, v1).lanewise(ROR, 16);
      v9 = v9.add(v13);
      v5 = v5.lanewise(XOR, v9).lanewise(ROR, 12);
      v1 = v1.add(v5).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 3]));
      v13 = v13.lanewise(XOR, v1).lanewise(ROR, 8);
      v9 = v9.add(v13);
      v5 = v5.lanewise(XOR, v9).lanewise(ROR, 7);
      v2 = v2.add(v6).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 4]));
      v14 = v14.lanewise(XOR, v2).lanewise(ROR, 16);
      v10 = v10.add(v14);
      v6 = v6.lanewise(XOR, v10).lanewise(ROR, 12);
      v2 = v2.add(v6).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 5]));
      v14 = v14.lanewise(XOR, v2).lanewise(ROR, 8);
      v10 = v10.add(v14);
      v6 = v6.lanewise(XOR, v10).lanewise(ROR, 7);
      v3 = v3.add(v7).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 6]));
      v15 = v15.lanewise(XOR, v3).lanewise(ROR, 16);
      v11 = v11.add(v15);
      v7 = v7.lanewise(XOR, v11).lanewise(ROR, 12);
      v3 = v3.add(v7).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 7]));
      v15 = v15.lanewise(XOR, v3).lanewise(ROR, 8);
      v11 = v11.add(v15);
      v7 = v7.lanewise(XOR, v11).lanewise(ROR, 7);
      v0 = v0.add(v5).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 8]));
      v15 = v15.lanewise(XOR, v0).lanewise(ROR, 16);
      v10 = v10.add(v15);
      v5 = v5.lanewise(XOR, v10).lanewise(ROR, 12);
      v0 = v0.add(v5).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 9]));
      v15 = v15.lanewise(XOR, v0).lanewise(ROR, 8);
      v10 = v10.add(v15);
      v5 = v5.lanewise(XOR, v10).lanewise(ROR, 7);
      v1 = v1.add(v6).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 10]));
      v12 = v12.lanewise(XOR, v1).lanewise(ROR, 16);
      v11 = v11.add(v12);
      v6 = v6.lanewise(XOR, v11).lanewise(ROR, 12);
      v1 = v1.add(v6).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 11]));
      v12 = v12.lanewise(XOR, v1).lanewise(ROR, 8);
      v11 = v11.add(v12);
      v6 = v6.lanewise(XOR, v11).lanewise(ROR, 7);
      v2 = v2.add(v7).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 12]));
      v13 = v13.lanewise(XOR, v2).lanewise(ROR, 16);
      v8 = v8.add(v13);
      v7 = v7.lanewise(XOR, v8).lanewise(ROR, 12);
      v2 = v2.add(v7).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 13]));
      v13 = v13.lanewise(XOR, v2).lanewise(ROR, 8);
      v8 = v8.add(v13);
      v7 = v7.lanewise(XOR, v8).lanewise(ROR, 7);
      v3 = v3.add(v4).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 14]));
      v14 = v14.lanewise(XOR, v3).lanewise(ROR, 16);
      v9 = v9.add(v14);
      v4 = v4.lanewise(XOR, v9).lanewise(ROR, 12);
      v3 = v3.add(v4).add(IntVector.fromArray(SPECIES, m, SCHEDULE[at + 15]));
      v14 = v14.lanewise(XOR, v3).lanewise(ROR, 8);
      v9 = v9.add(v14);
      v4 = v4.lanewise(XOR, v9).lanewise(ROR, 7);
    }
    v0.lanewise(XOR, v8).intoArray(cv, 0);
    v1.lanewise(XOR, v9).intoArray(cv, LANES);
    v2.lanewise(XOR, v10).intoArray(cv, 2 * LANES);
    v3.lanewise(XOR, v11).intoArray(cv, 3 * LANES);
    v4.lanewise(XOR, v12).intoArray(cv, 4 * LANES);
    v5.lanewise(XOR, v13).intoArray(cv, 5 * LANES);
    v6.lanewise(XOR, v14).intoArray(cv, 6 * LANES);
    v7.lanewise(XOR, v15).intoArray(cv, 7 * LANES);
  }

  private static IntVector word(int[] words, int at) {
    return IntVector.fromArray(SPECIES, words, at);
  }

  private static IntVector same(int value) {
    return IntVector.broadcast(SPECIES, value);
  }

  private static IntVector both(IntVector lanes, IntVector a, IntVector b) {
    return lanes.selectFrom(a, b);
  }

  /** Picks lanes of two vectors: of the first those whose bit is clear, and beside them theirs. */
  private static IntVector keep(int bit) {
    return pick(bit, 0);
  }

  /** Picks lanes of two vectors: those whose bit is set. */
  private static IntVector swap(int bit) {
    return pick(bit, bit);
  }

  private static IntVector pick(int bit, int set) {
    int[] lanes = new int[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      int vector = (lane & bit) == 0 ? 0 : LANES;
      lanes[lane] = vector + ((lane & ~bit) | set);
    }
    return IntVector.fromArray(SPECIES, lanes, 0);
  }

  private static int[] schedule() {
    int[] order = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
    int[] schedule = new int[Blake3Block.ROUNDS * Blake3Block.WORDS];
    for (int i = 0; i < schedule.length; i++) {
      boolean first = i < Blake3Block.WORDS;
      int before = i - Blake3Block.WORDS - i % Blake3Block.WORDS;
      schedule[i] = first ? i * LANES : schedule[before + order[i % Blake3Block.WORDS]];
    }
    return schedule;
  }
}
