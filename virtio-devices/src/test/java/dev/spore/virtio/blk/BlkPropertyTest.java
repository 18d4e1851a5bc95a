package dev.spore.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.blk.BlkRig.Answer;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The device against a byte array. */
class BlkPropertyTest {
  private static final int SECTORS = 16;

  /** One request with the places where its bytes are cut into descriptors. */
  record Step(BlkOperation operation, int sector, int sectors, byte fill, List<Integer> cuts) {}

  @Property(tries = 150)
  void theDiskIsAByteArrayHoweverRequestsAreCut(@ForAll("steps") List<Step> steps) {
    try (TestImage image = TestImage.ofSectors(SECTORS)) {
      BlkRig rig = BlkRig.of(image.disk());
      byte[] model = TestImage.pattern(0, SECTORS);
      for (Step step : steps) {
        apply(rig, model, step);
      }
      assertThat(image.bytes()).isEqualTo(model);
    }
  }

  private static void apply(BlkRig rig, byte[] model, Step step) {
    boolean read = step.operation() == BlkOperation.IN;
    byte[] out =
        switch (step.operation()) {
          case OUT -> {
            byte[] data = new byte[step.sectors() * 512];
            Arrays.fill(data, step.fill());
            yield data;
          }
          case DISCARD, WRITE_ZEROES -> BlkRig.segment(step.sector(), step.sectors(), 0);
          case IN, FLUSH, GET_ID -> new byte[0];
        };
    byte[] request = BlkRig.concat(BlkRig.header(step.operation().code(), step.sector()), out);
    int inBytes = read ? step.sectors() * 512 : step.operation() == BlkOperation.GET_ID ? 20 : 0;

    Answer answer = rig.cut(request, step.cuts(), inBytes, step.cuts());

    boolean ranged =
        step.operation() != BlkOperation.FLUSH && step.operation() != BlkOperation.GET_ID;
    boolean refused = ranged && step.sector() + step.sectors() > SECTORS;
    assertThat(answer.status()).isEqualTo(refused ? 1 : 0);
    if (refused) {
      return;
    }
    int from = step.sector() * 512;
    int to = from + step.sectors() * 512;
    switch (step.operation()) {
      case IN -> assertThat(answer.bytes()).isEqualTo(Arrays.copyOfRange(model, from, to));
      case OUT -> Arrays.fill(model, from, to, step.fill());
      case WRITE_ZEROES -> Arrays.fill(model, from, to, (byte) 0);
      case FLUSH, GET_ID, DISCARD -> assertThat(answer.usedBytes()).isGreaterThan(0);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> step =
        Combinators.combine(
                Arbitraries.of(BlkOperation.class),
                Arbitraries.integers().between(0, SECTORS + 1),
                Arbitraries.integers().between(0, 5),
                Arbitraries.bytes(),
                Arbitraries.integers()
                    .between(1, 2600)
                    .list()
                    .ofMaxSize(40)
                    .map(BlkPropertyTest::rising))
            .as(Step::new);
    return step.list().ofMaxSize(20);
  }

  private static List<Integer> rising(List<Integer> cuts) {
    return cuts.stream().sorted().distinct().toList();
  }
}
