package dev.spore.vmm.ram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.testing.AtCall;
import dev.spore.vmm.testing.AtCall.Traced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A build of a backing, or its removal, that ends before any one of the system calls it consists
 * of: killed, or for want of space. No machine gets anything but its memory, and the next build
 * makes all well.
 */
final class InterruptedBackingTest {
  private final Path directory;
  private final SavedRam saved;
  private final AtCall calls;

  InterruptedBackingTest(@TempDir Path directory) throws Exception {
    this.directory = directory;
    saved = new SavedRam(directory.resolve("chunks"), BackingWork.LAYOUT);
    calls = AtCall.compiled(directory);
  }

  private interface Case {
    void run(int number) throws Exception;
  }

  @ParameterizedTest
  @CsvSource({"build, 15", "remove, 3"})
  void killedBeforeAnyCallItDoesNoHarm(String what, int callsMin) throws Exception {
    Path place = place(what, "count");
    Traced whole = calls.count(place, BackingWork.class, arguments(what, place));
    atEach(whole, callsMin, number -> killed(what, number));
  }

  @Test
  void onADiskThatIsFullFromAnyCallOnItDoesNoHarm() throws Exception {
    Path place = place("build", "count");
    Traced whole =
        calls.full(Integer.MAX_VALUE, place, BackingWork.class, arguments("build", place));
    atEach(whole, 8, this::full);
  }

  private String[] arguments(String what, Path place) {
    return new String[] {what, cache(place).toString(), saved.store.root().toString()};
  }

  private static Path cache(Path place) {
    return place.resolve("backings");
  }

  /** A directory for one run, with the backing in it that is to be removed. */
  private Path place(String what, String name) throws IOException {
    Path place = Files.createDirectory(directory.resolve("place-" + name));
    if (what.equals("remove")) {
      BackingStore.in(cache(place)).build(saved.image);
    }
    return place;
  }

  private static void atEach(Traced whole, int callsMin, Case test) throws Exception {
    assertThat(whole.status()).as(whole.output()).isZero();
    assertThat(whole.calls()).hasSizeGreaterThanOrEqualTo(callsMin);
    List<Future<Object>> all = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      for (int i = 0; i < whole.calls().size(); i++) {
        int number = i + 1;
        String call = whole.calls().get(i);
        all.add(
            threads.submit(() -> {
              try {
                test.run(number);
                return call;
              } catch (Exception | AssertionError e) {
                throw new AssertionError("at %d, %s: %s".formatted(number, call, e), e);
              }
            }));
      }
    }
    for (Future<Object> one : all) {
      one.get();
    }
  }

  private void killed(String what, int number) throws Exception {
    Path place = place(what, "killed-" + number);
    Traced ended = calls.kill(number, place, BackingWork.class, arguments(what, place));
    assertThat(ended.status()).as(ended.output()).isEqualTo(AtCall.KILLED);
    assertThat(ended.calls()).hasSize(number);
    assertWellAndBuiltAgain(place);
  }

  private void full(int number) throws Exception {
    Path place = place("build", "full-" + number);
    Traced ended = calls.full(number, place, BackingWork.class, arguments("build", place));
    if (ended.status() != 0) {
      assertThat(ended.status()).as(ended.output()).isEqualTo(BackingWork.REFUSED);
      assertThat(ended.output())
          .startsWith(ErrorCode.CACHE_UNAVAILABLE + ": ")
          .contains(cache(place).toString(), "; make room there")
          .doesNotContain("also: ");
    }
    assertWellAndBuiltAgain(place);
  }

  /** Whatever there is: the memory is the saved one, and so it is from a backing built now. */
  private void assertWellAndBuiltAgain(Path place) throws IOException {
    BackingStore store = BackingStore.in(cache(place));
    assertSame(store, RestoreMode.AUTO);
    store.build(saved.image);
    assertSame(store, RestoreMode.BACKING);
    try (Stream<Path> files = Files.list(cache(place))) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .filteredOn(name -> !name.endsWith(".chunks"))
          .containsExactlyInAnyOrder(
              "lock",
              "key",
              String.valueOf(store.ram(saved.image.digest()).getFileName()),
              String.valueOf(store.proof(saved.image.digest()).getFileName()));
    }
    assertThat(store.remove(saved.image.digest())).isTrue();
  }

  private void assertSame(BackingStore store, RestoreMode mode) {
    try (RestoredRam restored =
        new RamRestore(saved.image, Optional.of(store), Optional.empty(), List.of(), failure -> {})
            .run(mode)) {
      saved.assertSameAs(restored.ram().memory());
    }
  }
}
