package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors of every width give what scalar code gives, and only where they are wanted. */
final class VectorLanesTest {
  /** Children compute this: long enough for whole vectors of chunks, of parents, and the rest. */
  private static final int LENGTH = 133_000;

  private static final int CHUNKS = 64;
  private static final String VECTORS = "--add-modules=jdk.incubator.vector";

  @BeforeAll
  static void available() {
    assumeTrue(VectorLanes.isUsable());
  }

  @Test
  void agreesOnLengthsAroundWholeVectors() {
    int step = VectorLanes.LANES * Blake3Hasher.CHUNK_BYTES;
    for (int vectors : new int[] {1, 2, 3, 8}) {
      for (int extra : new int[] {-1025, -1, 0, 1, 1024, 1025}) {
        byte[] input = Blake3Test.random(vectors * step + extra, extra);
        MemorySegment bytes = TestChunks.chunk(input.length, extra);
        ChunkId expected = Blake3Test.commonsCodec(input);
        assertThat(new Blake3Hasher(new VectorLanes()).update(input).finish()).isEqualTo(expected);
        assertThat(new Blake3Hasher(new VectorLanes()).update(bytes).finish()).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64, 0xffff_ffc0L, 0x1_0000_0000L, 1L << 52})
  void countsChunksBeyond32Bits(long counter) {
    MemorySegment bytes = TestChunks.chunk(CHUNKS * Blake3Hasher.CHUNK_BYTES, counter);
    int[] scalar = new int[CHUNKS * Blake3Block.CV_WORDS];
    int[] vector = new int[CHUNKS * Blake3Block.CV_WORDS];
    new ScalarLanes().chunks(bytes, 0, CHUNKS, counter, scalar);
    new VectorLanes().chunks(bytes, 0, CHUNKS, counter, vector);
    assertThat(vector).isEqualTo(scalar);
  }

  @Test
  void parentsAgree() {
    for (int count = 1; count <= CHUNKS; count *= 2) {
      int[] scalar = Blake3Test.words(2 * count * Blake3Block.CV_WORDS);
      int[] vector = scalar.clone();
      new ScalarLanes().parents(scalar, count);
      new VectorLanes().parents(vector, count);
      int used = count * Blake3Block.CV_WORDS;
      assertThat(Arrays.copyOf(vector, used)).isEqualTo(Arrays.copyOf(scalar, used));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void everyWidthAgrees(int avx) throws Exception {
    ChildJvm.Result child =
        ChildJvm.run(List.of(VECTORS, "-XX:UseAVX=" + avx), Hashing.class, "vectors", "" + LENGTH);
    assertThat(child.output()).isEqualTo(expected(LENGTH));
  }

  @Test
  void withoutTheModuleThereIsNoVectorAndNoWarning() throws Exception {
    int length = 40 << 20;
    ChildJvm.Result child = ChildJvm.run(List.of(), Hashing.class, "plain", "" + length);
    assertThat(child.errors()).isEmpty();
    assertThat(child.output()).isEqualTo("scalar " + Blake3.hash(Hashing.bytes(length)).hex());
  }

  @Test
  void withoutTheSecondCompilerThereIsNoVector() throws Exception {
    int length = 40 << 20;
    ChildJvm.Result child =
        ChildJvm.run(
            List.of(VECTORS, "-XX:TieredStopAtLevel=1"), Hashing.class, "plain", "" + length);
    assertThat(child.output()).isEqualTo("scalar " + Blake3.hash(Hashing.bytes(length)).hex());
  }

  @Test
  void aProcessThatHashesMuchChangesOver() throws Exception {
    ChildJvm.Result child = ChildJvm.run(List.of(VECTORS), Hashing.class, "until", "" + LENGTH);
    assertThat(child.output()).isEqualTo("vectors " + Blake3.hash(Hashing.bytes(LENGTH)).hex());
  }

  private static String expected(int length) {
    return Blake3Test.commonsCodec(Hashing.bytes(length)).hex();
  }

  /** Runs in a JVM of its own. */
  static final class Hashing {
    private Hashing() {}

    static byte[] bytes(int length) {
      return Blake3Test.random(length, length);
    }

    public static void main(String[] args) {
      byte[] bytes = bytes(Integer.parseInt(args[1]));
      switch (args[0]) {
        case "vectors" ->
            ChildJvm.print(new Blake3Hasher(new VectorLanes()).update(bytes).finish().hex());
        case "plain" -> ChildJvm.print(kind() + " " + Blake3.hash(bytes).hex());
        default -> {
          long end = System.nanoTime() + 2 * LaneChoice.WARM_UP_MAX.toNanos();
          while (!LaneChoice.usesVectors() && System.nanoTime() - end < 0) {
            Blake3.hash(bytes);
          }
          ChildJvm.print(kind() + " " + Blake3.hash(bytes).hex());
        }
      }
    }

    private static String kind() {
      return LaneChoice.usesVectors() ? "vectors" : "scalar";
    }
  }
}
