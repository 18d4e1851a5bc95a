package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.bouncycastle.crypto.digests.Blake3Digest;

/** The hash agrees with two others, however its input is laid out and cut. */
final class Blake3Test {
  private static final int TREE_BYTES = 3 << 20;

  /** The lengths of the official test vectors, whose input is 0, 1, ... 250, 0, 1, ... */
  private static final int[] VECTOR_LENGTHS = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 2048, 2049, 3072, 3073,
    4096, 4097, 5120, 5121, 6144, 6145, 7168, 7169, 8192, 8193, 16384, 31744, 102400
  };

  @Example
  void knownHashes() {
    assertThat(Blake3.hash(new byte[0]).hex())
        .isEqualTo("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    assertThat(Blake3.hash(vector(1)).hex())
        .isEqualTo("2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213");
  }

  @Example
  void lengthsOfTheTestVectors() {
    for (int length : VECTOR_LENGTHS) {
      byte[] input = vector(length);
      assertAllAgree(input, Blake3.hash(input));
    }
  }

  @Property(tries = 200)
  void anyLength(@ForAll @IntRange(max = 40_000) int length, @ForAll long seed) {
    byte[] input = random(length, seed);
    assertAllAgree(input, Blake3.hash(input));
  }

  @Property(tries = 30)
  void anyLengthAboveOneSubtree(
      @ForAll @IntRange(min = 1 << 20, max = TREE_BYTES) int length, @ForAll long seed) {
    byte[] input = random(length, seed);
    assertThat(Blake3.hash(input)).isEqualTo(commonsCodec(input));
  }

  @Property(tries = 200)
  void anySplit(@ForAll("pieces") List<Integer> pieces, @ForAll long seed) {
    byte[] input = random(pieces.stream().mapToInt(Integer::intValue).sum(), seed);
    Blake3Hasher hasher = Blake3.hasher();
    int at = 0;
    for (int piece : pieces) {
      hasher.update(ByteBuffer.wrap(input, at, piece));
      at += piece;
    }
    assertThat(hasher.finish()).isEqualTo(commonsCodec(input));
    assertThat(hasher.finish()).as("finished twice").isEqualTo(commonsCodec(input));
  }

  @Provide
  Arbitrary<List<Integer>> pieces() {
    Arbitrary<Integer> edges = Arbitraries.of(0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 65536);
    return Arbitraries.oneOf(edges, Arbitraries.integers().between(0, 20_000)).list().ofMaxSize(12);
  }

  @Property(tries = 100)
  void anyAlignmentOutsideTheHeap(
      @ForAll @IntRange(max = 64) int skew, @ForAll @IntRange(max = 70_000) int length) {
    byte[] input = random(length, skew);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(skew + length + 1, 64).asSlice(skew, length);
      bytes.copyFrom(MemorySegment.ofArray(input));
      assertThat(Blake3.hash(bytes)).isEqualTo(commonsCodec(input));
      assertThat(Blake3.hash(bytes.asByteBuffer())).isEqualTo(commonsCodec(input));
    }
  }

  @Property(tries = 100)
  void hashSoFarLeavesTheRestFree(
      @ForAll @IntRange(max = 9000) int first, @ForAll @IntRange(max = 9000) int second) {
    byte[] input = random(first + second, first);
    Blake3Hasher hasher = Blake3.hasher();
    hasher.update(ByteBuffer.wrap(input, 0, first)).finish();
    hasher.update(ByteBuffer.wrap(input, first, second));
    assertThat(hasher.finish()).isEqualTo(commonsCodec(input));
  }

  @Example
  void bufferKeepsItsPosition() {
    ByteBuffer buffer = ByteBuffer.wrap(vector(100)).position(10).limit(20);
    Blake3.hash(buffer);
    assertThat(buffer.position()).isEqualTo(10);
    assertThat(buffer.limit()).isEqualTo(20);
  }

  @Property(tries = 100)
  void anyChangedBitChangesTheHash(@ForAll @IntRange(max = 8 * 5000 - 1) int bit) {
    byte[] input = vector(5000);
    ChunkId before = Blake3.hash(input);
    input[bit / 8] ^= (byte) (1 << bit % 8);
    assertThat(Blake3.hash(input)).isNotEqualTo(before);
  }

  @Example
  void appendedZeroesChangeTheHash() {
    List<ChunkId> seen = new ArrayList<>();
    for (int length = 0; length < 3000; length += 7) {
      seen.add(Blake3.hash(new byte[length]));
    }
    assertThat(seen).doesNotHaveDuplicates();
  }

  static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static int[] words(int count) {
    return new Random(count).ints(count).toArray();
  }

  private static byte[] vector(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i % 251);
    }
    return bytes;
  }

  private static void assertAllAgree(byte[] input, ChunkId ours) {
    assertThat(ours).as("length %d", input.length).isEqualTo(commonsCodec(input));
    assertThat(ours).as("length %d", input.length).isEqualTo(bouncyCastle(input));
  }

  static ChunkId commonsCodec(byte[] input) {
    return ChunkId.of(org.apache.commons.codec.digest.Blake3.hash(input));
  }

  private static ChunkId bouncyCastle(byte[] input) {
    Blake3Digest digest = new Blake3Digest(ChunkId.BYTES * 8);
    digest.update(input, 0, input.length);
    byte[] hash = new byte[ChunkId.BYTES];
    digest.doFinal(hash, 0);
    return ChunkId.parse(HexFormat.of().formatHex(hash));
  }
}
