package dev.spore.vmm.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.format.manifest.Generation;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.testing.TestSpores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fork's children are spores in their own right; a fork that fails leaves nothing. */
final class SporeForkTest {
  @TempDir Path dir;

  private Spore source() {
    return Spore.open(TestSpores.full(dir.resolve("base")));
  }

  private List<String> names() throws Exception {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void childrenAreWholeCanonicalAndTellWhoTheyAre() throws Exception {
    Spore source = source();
    Path out = dir.resolve("children");
    SporeFork.Report report = SporeFork.fork(source, 12, out);
    Set<String> ids = new HashSet<>();

    for (int i = 0; i < 12; i++) {
      Spore child = Spore.open(out.resolve(SporeFork.childName(i)));
      SporeCheck.verify(child, () -> {});
      Generation before = source.manifest().generation();
      assertThat(child.manifest().generation())
          .isEqualTo(new Generation(before.number() + 1, source.id(), before.lineage()));
      assertThat(child.fork()).contains(new ForkRecord(report.batch(), i, 12));
      assertThat(child.manifest().annotations())
          .containsAllEntriesOf(source.manifest().annotations());
      assertThat(child.manifest().machine()).isEqualTo(source.manifest().machine());
      assertThat(ManifestCodec.encode(child.manifest()))
          .isEqualTo(Files.readAllBytes(child.directory().resolve(ManifestCodec.FILE)));
      ids.add(child.id().toString());
    }
    assertThat(ids).hasSize(12);
    assertThat(names()).containsExactly("base", "children");
  }

  @Test
  void chunksAndIndexAreLinksNotCopies() throws Exception {
    Spore source = source();
    Path out = dir.resolve("children");
    SporeFork.fork(source, 3, out);

    for (var id : SporeCheck.chunks(source).keySet()) {
      Path linked = Spore.open(out.resolve("000001")).chunks().path(id);
      assertThat(Files.isSameFile(linked, source.chunks().path(id))).isTrue();
    }
    assertThat(
            Files.isSameFile(
                out.resolve("000000/memory.index"), out.resolve("000002/memory.index")))
        .isTrue();
    assertThat(Files.readSymbolicLink(out.resolve("000002/chunks"))).hasToString("../chunks");
  }

  @Test
  void childrenOutliveTheSourceAndHaveChildrenThemselves() throws Exception {
    Spore source = source();
    SporeFork.fork(source, 2, dir.resolve("children"));
    Spore child = Spore.open(dir.resolve("children/000001"));
    SporeFork.Report second = SporeFork.fork(child, 2, dir.resolve("grandchildren"));
    for (var id : SporeCheck.chunks(source).keySet()) {
      Files.delete(source.chunks().path(id));
      Files.delete(child.chunks().path(id));
    }

    Spore grandchild = Spore.open(dir.resolve("grandchildren/000000"));
    SporeCheck.verify(grandchild, () -> {});
    assertThat(grandchild.fork()).contains(new ForkRecord(second.batch(), 0, 2));
    assertThat(grandchild.manifest().generation().parent()).isEqualTo(child.id());
  }

  @Test
  void aForkThatFailsLeavesNothing() throws Exception {
    Spore source = source();
    Path chunk = source.chunks().path(SporeCheck.chunks(source).keySet().iterator().next());
    byte[] bytes = Files.readAllBytes(chunk);
    Files.delete(chunk);

    refused(
        ErrorCode.OBJECT_INVALID,
        chunk.toString(),
        () -> SporeFork.fork(source, 2, dir.resolve("children")));
    assertThat(names()).containsExactly("base");

    Files.write(chunk, bytes);
    Path index = source.directory().resolve("memory.index");
    Files.write(index, new byte[100]);
    refused(
        ErrorCode.OBJECT_INVALID,
        index.toString(),
        () -> SporeFork.fork(source, 2, dir.resolve("children")));
    assertThat(names()).containsExactly("base");
  }

  @Test
  void countsAndPlacesThatCannotBeAreRefused() throws Exception {
    Spore source = source();
    for (int count : new int[] {0, -1, SnapshotLimits.FORK_CHILDREN_MAX + 1}) {
      refused(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "1 to 10000",
          () -> SporeFork.fork(source, count, dir.resolve("children")));
    }
    refused(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "exists",
        () -> SporeFork.fork(source, 1, source.directory()));
    refused(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "no existing directory",
        () -> SporeFork.fork(source, 1, dir.resolve("no/children")));
    assertThat(names()).containsExactly("base");
  }

  @Test
  void aSourceWhoseAnnotationsAreFullHasNoChildren() {
    Path full =
        TestSpores.make(dir.resolve("full"), "small.json", Map.of("k", "v".repeat((64 << 10) - 1)));

    refused(
        ErrorCode.OBJECT_INVALID,
        full.toString(),
        () -> SporeFork.fork(Spore.open(full), 1, dir.resolve("children")));
  }

  @Test
  void aForgedRecordOfAForkIsRefused() {
    String batch = "0123456789abcdef".repeat(2);
    int number = 0;
    for (Map<String, String> forged :
        List.of(
            Map.of(ForkRecord.INDEX, "1"),
            Map.of(ForkRecord.BATCH, batch, ForkRecord.COUNT, "2", ForkRecord.INDEX, "2"),
            Map.of(ForkRecord.BATCH, batch, ForkRecord.COUNT, "2", ForkRecord.INDEX, "01"),
            Map.of(ForkRecord.BATCH, batch, ForkRecord.COUNT, "+2", ForkRecord.INDEX, "1"),
            Map.of(ForkRecord.BATCH, batch, ForkRecord.COUNT, "99999", ForkRecord.INDEX, "1"),
            Map.of(ForkRecord.BATCH, "A" + batch, ForkRecord.COUNT, "2", ForkRecord.INDEX, "1"),
            Map.of(ForkRecord.BATCH, batch, ForkRecord.COUNT, "2", ForkRecord.INDEX, ""))) {
      number++;
      Path spore = TestSpores.make(dir.resolve("forged-" + number), "small.json", forged);
      refused(ErrorCode.OBJECT_INVALID, "manifest.json", () -> Spore.open(spore).fork());
    }
  }

  @Test
  void usersMayNotSetReservedAnnotations() {
    refused(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "dev.spore/fork-index",
        () -> new SaveSpec(dir, Map.of("dev.spore/fork-index", "1"), true));
  }

  private static void refused(ErrorCode code, String part, ThrowingCallable use) {
    assertThatExceptionOfType(SporeException.class)
        .isThrownBy(use)
        .withMessageContaining(part)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }
}
