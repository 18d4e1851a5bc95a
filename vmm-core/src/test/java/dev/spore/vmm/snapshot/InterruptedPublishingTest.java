package dev.spore.vmm.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.testing.AtCall;
import dev.spore.vmm.testing.AtCall.Traced;
import dev.spore.vmm.testing.TestSpores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A save, or a fork, that ends before any one of the system calls it publishes with: killed, or for
 * want of space. What was there before is whole; what was to be is there whole, or not at all.
 */
final class InterruptedPublishingTest {
  private static final int CALLS_MIN = 30;

  private final Path directory;
  private final Path base;
  private final AtCall calls;

  InterruptedPublishingTest(@TempDir Path directory) throws Exception {
    this.directory = directory;
    base = directory.resolve("base");
    calls = AtCall.compiled(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"save", "fork"})
  void killedBeforeAnyCallItLeavesAllOrNothing(String what) throws Exception {
    makeBase(what);
    Path place = place("count");
    Traced whole = calls.count(place, Publishing.class, what, place.toString());
    atEach(whole, number -> killed(what, number));
  }

  @ParameterizedTest
  @ValueSource(strings = {"save", "fork"})
  void onADiskThatIsFullFromAnyCallOnItLeavesAllOrNothing(String what) throws Exception {
    makeBase(what);
    Path place = place("count");
    Traced whole = calls.full(Integer.MAX_VALUE, place, Publishing.class, what, place.toString());
    atEach(whole, number -> full(what, number));
  }

  private void makeBase(String what) {
    if (what.equals("save")) {
      TestSpores.full(base);
    } else {
      TestSpores.small(base);
    }
  }

  private interface Case {
    void run(int number) throws Exception;
  }

  /** A directory with the base in it; its files are further names of the same. */
  private Path place(String name) throws IOException {
    Path place = Files.createDirectory(directory.resolve("place-" + name));
    try (Stream<Path> files = Files.walk(base)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = place.resolve(directory.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectory(copy);
        } else {
          Files.createLink(copy, file);
        }
      }
    }
    return place;
  }

  private static void atEach(Traced whole, Case test) throws Exception {
    assertThat(whole.status()).as(whole.output()).isZero();
    assertThat(whole.calls()).hasSizeGreaterThan(CALLS_MIN);
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<Object>> all =
          IntStream.rangeClosed(1, whole.calls().size())
              .mapToObj(number -> threads.submit(named(number, whole.calls(), test)))
              .toList();
      for (Future<Object> one : all) {
        one.get();
      }
    }
  }

  private static Callable<Object> named(int number, List<String> all, Case test) {
    return () -> {
      try {
        test.run(number);
        return number;
      } catch (Exception | AssertionError e) {
        throw new AssertionError(
            "at %d of %d, %s: %s".formatted(number, all.size(), all.get(number - 1), e), e);
      }
    };
  }

  private void killed(String what, int number) throws Exception {
    Path place = place("killed-%d".formatted(number));
    Traced ended = calls.kill(number, place, Publishing.class, what, place.toString());
    assertThat(ended.status()).as(ended.output()).isEqualTo(AtCall.KILLED);
    assertThat(ended.calls()).hasSize(number);

    assertNothingHalf(what, place);
    Path made = place.resolve("new");
    if (Files.exists(made)) {
      Directories.delete(made);
    }
    // The next one takes what the killed one left.
    Publishing.publish(what, place);
    assertNothingHalf(what, place);
    assertThat(names(place)).containsExactly("base", "new");
    Directories.delete(place);
  }

  private void full(String what, int number) throws Exception {
    Path place = place("full-%d".formatted(number));
    Traced ended = calls.full(number, place, Publishing.class, what, place.toString());

    assertNothingHalf(what, place);
    if (ended.status() == 0) {
      assertThat(names(place)).as("it did without the call").containsExactly("base", "new");
    } else {
      assertThat(ended.status()).as(ended.output()).isEqualTo(Publishing.REFUSED);
      assertThat(ended.output())
          .startsWith(ErrorCode.CACHE_UNAVAILABLE + ": ")
          .contains(place.toString(), "; ")
          .containsPattern("No space left on device|ENOSPC")
          .doesNotContain("also: ", "Exception");
      assertThat(names(place)).containsExactly("base");
    }
    Directories.delete(place);
  }

  private static List<String> names(Path place) throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private static void assertNothingHalf(String what, Path place) {
    assertWhole(place.resolve("base"));
    Path made = place.resolve("new");
    if (Files.exists(made) && what.equals("save")) {
      assertWhole(made);
    } else if (Files.exists(made)) {
      for (int i = 0; i < Publishing.CHILDREN; i++) {
        assertWhole(made.resolve(SporeFork.childName(i)));
      }
    }
  }

  private static void assertWhole(Path spore) {
    SporeCheck.verify(Spore.open(spore), () -> {});
  }
}
