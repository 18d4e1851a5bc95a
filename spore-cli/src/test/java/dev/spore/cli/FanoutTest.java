package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.snapshot.ForkRecord;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeFork;
import dev.spore.vmm.testing.TestSpores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code spore fanout} but for the machines. */
@Timeout(120)
final class FanoutTest {
  private static final Guest.Outcome ZERO = new Guest.Outcome.Exited(0);

  @TempDir Path dir;
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private OutputStream stdoutTarget = stdout;
  private final List<RunRequest> requests = Collections.synchronizedList(new ArrayList<>());
  private String base = "";

  @BeforeEach
  void save() {
    base = TestSpores.small(dir.resolve("base")).toString();
  }

  private FanoutPlan plan(String... args) {
    List<String> all = Arrays.asList(args);
    int end = all.indexOf("--");
    @Nullable List<String> exact = end < 0 ? null : all.subList(end + 1, all.size());
    FanoutOptions options = new FanoutOptions();
    List<String> words = options.table().parse(end < 0 ? all : all.subList(0, end));
    Installation bare = new Installation(null, dir, null, null, null);
    return FanoutPlan.of(options, words, exact, bare, Map.of());
  }

  /** Runs {@code guests} as children; the number given to them is that of their spore or fork. */
  private int run(IntFunction<FakeGuest> guests, String... args) throws InterruptedException {
    GuestLauncher launcher =
        (request, console, timeline, canceler) -> {
          requests.add(request);
          RunRequest.Sibling sibling = Objects.requireNonNull(request.sibling());
          Path spore = Objects.requireNonNull(request.from());
          int number =
              sibling.fork() != null
                  ? sibling.fork().index()
                  : Integer.parseInt(String.valueOf(spore.getFileName()));
          return guests.apply(number).boot(request, console, timeline, canceler);
        };
    PrintStream messages = new PrintStream(stderr, true, StandardCharsets.UTF_8);
    HostStreams host =
        new HostStreams(InputStream.nullInputStream(), stdoutTarget, stderr, messages, false);
    return new FanoutSession(plan(args), launcher, host).run();
  }

  private static ForkRecord fork(RunRequest request) {
    return Objects.requireNonNull(Objects.requireNonNull(request.sibling()).fork());
  }

  private static FakeGuest saying(String out, String err, Guest.Outcome outcome) {
    return FakeGuest.saying(out, err, outcome);
  }

  private static void refuses(ErrorCode code, String message, Runnable attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(code);
  }

  @Test
  void everyLineSaysWhoseItIsAndEachStreamStaysItself() throws Exception {
    int status =
        run(i -> saying("a" + i + "\n\nb" + i, "e" + i + "\n", ZERO), base, "--count", "11", "x");

    assertThat(status).isZero();
    assertThat(stdout.toString(StandardCharsets.UTF_8).lines())
        .hasSize(33)
        .containsSubsequence("[03] a3", "[03] ", "[03] b3")
        .contains("[10] a10", "[10] b10");
    assertThat(stderr.toString(StandardCharsets.UTF_8).lines())
        .hasSize(22)
        .containsSubsequence("[07] e7", "[07] spore: exit 0");
  }

  @Test
  void childrenKnowTheirNumberAndAreOfOneFork() throws Exception {
    run(i -> saying("", "", ZERO), base, "--count", "3", "--", "/bin/x", "-y");

    assertThat(requests)
        .hasSize(3)
        .allSatisfy(request -> {
          assertThat(request.argv()).containsExactly("/bin/x", "-y");
          assertThat(request.from()).isEqualTo(Path.of(base));
        });
    List<ForkRecord> forks = requests.stream().map(FanoutTest::fork).toList();
    assertThat(forks.stream().map(ForkRecord::index)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(forks.stream().map(ForkRecord::batch).distinct()).hasSize(1);
    assertThat(forks).allMatch(fork -> fork.count() == 3);
  }

  @Test
  void allChildrenOfAForkRunAndADamagedOneFailsAlone() throws Exception {
    Path children = dir.resolve("children");
    SporeFork.fork(Spore.open(Path.of(base)), 4, children);
    Files.write(children.resolve("000000/manifest.json"), new byte[5]);

    int status =
        run(
            i -> {
              if (i == 0) {
                Spore.open(children.resolve("000000"));
              }
              return saying("n" + i + "\n", "", ZERO);
            },
            children.toString(),
            "x");

    assertThat(status).isEqualTo(22);
    assertThat(stdout.toString(StandardCharsets.UTF_8).lines())
        .containsExactlyInAnyOrder("[1] n1", "[2] n2", "[3] n3");
    assertThat(stderr.toString(StandardCharsets.UTF_8))
        .contains("[0] spore: failed, exit 22: spore file", "manifest.json");
  }

  @Test
  void theFirstChildThatFailsGivesTheStatusAndStopsNobody() throws Exception {
    int status =
        run(
            i ->
                switch (i) {
                  case 1 -> saying("", "", new Guest.Outcome.Killed(9));
                  case 2 -> saying("", "", new Guest.Outcome.NotFound("x: not found"));
                  default -> saying("fine\n", "", ZERO);
                },
            base,
            "--count",
            "4",
            "x");

    assertThat(status).isEqualTo(137);
    assertThat(stdout.toString(StandardCharsets.UTF_8).lines())
        .containsExactlyInAnyOrder("[0] fine", "[3] fine");
    assertThat(stderr.toString(StandardCharsets.UTF_8).lines())
        .containsExactlyInAnyOrder(
            "[0] spore: exit 0",
            "[1] spore: exit 137 (killed by signal 9)",
            "[2] spore: exit 127 (x: not found)",
            "[3] spore: exit 0");
  }

  @Test
  void timeThatRunsOutEndsWhatRunsAndWhatWaits() throws Exception {
    List<FakeGuest> endless = Collections.synchronizedList(new ArrayList<>());

    int status =
        run(
            i -> {
              FakeGuest guest = new FakeGuest();
              endless.add(guest);
              return guest;
            },
            base,
            "--count",
            "3",
            "--parallel",
            "2",
            "--for",
            "300ms",
            "x");

    assertThat(status).isEqualTo(130);
    assertThat(endless).allMatch(guest -> guest.closed);
    assertThat(stderr.toString(StandardCharsets.UTF_8))
        .contains("[1] spore: canceled, exit 130: it did not end within 300ms; raise --for")
        .contains("[0] spore: canceled, exit 130", "[2] spore: canceled, exit 130");
  }

  @Test
  void noMoreRunAtOnceThanAsked() throws Exception {
    List<FakeGuest> live = Collections.synchronizedList(new ArrayList<>());
    int status =
        run(
            i -> {
              assertThat(live).allMatch(guest -> guest.closed);
              FakeGuest guest = saying("", "", ZERO);
              live.add(guest);
              return guest;
            },
            base,
            "--count",
            "5",
            "--parallel",
            "1",
            "x");

    assertThat(status).isZero();
    assertThat(live).hasSize(5);
  }

  @Test
  void outputThatCannotBeWrittenEndsAll() {
    FakeGuest endless = new FakeGuest();
    stdoutTarget =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    refuses(
        ErrorCode.STREAM_INTERRUPTED,
        "No space left on device",
        () -> {
          try {
            run(i -> i == 0 ? saying("x\n", "", ZERO) : endless, base, "--count", "2", "x");
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    assertThat(endless.closed || endless.started.getCount() > 0).isTrue();
  }

  @Test
  void aLineWithoutEndIsCutAndLosesNothing() throws Exception {
    int length = 3 * FanoutText.LINE_BYTES_MAX + 5;
    run(i -> saying("x".repeat(length), "", ZERO), base, "--count", "1", "x");

    String text = stdout.toString(StandardCharsets.UTF_8);
    assertThat(text.lines()).hasSize(4).allMatch(line -> line.startsWith("[0] x"));
    assertThat(text.chars().filter(c -> c == 'x').count()).isEqualTo(length);
  }

  @Test
  void oneObjectTellsProgramsOfEachChild() throws Exception {
    int status =
        run(
            i ->
                i == 1 ? saying("", "bad", new Guest.Outcome.Exited(4)) : saying("ü" + i, "", ZERO),
            base,
            "--count",
            "3",
            "--json",
            "x");

    assertThat(status).isEqualTo(4);
    JsonNode json = new ObjectMapper().readTree(stdout.toByteArray());
    assertThat(json.get("schema").asString()).isEqualTo("spore.fanout.result.v1");
    assertThat(json.get("exit_code").asInt()).isEqualTo(4);
    assertThat(json.get("count").asInt()).isEqualTo(3);
    assertThat(json.get("succeeded").asInt()).isEqualTo(2);
    JsonNode second = json.get("children").get(1);
    assertThat(second.get("child").asInt()).isEqualTo(1);
    assertThat(second.get("exit_code").asInt()).isEqualTo(4);
    assertThat(second.get("stderr").asString()).isEqualTo("bad");
    assertThat(json.get("children").get(2).get("stdout").asString()).isEqualTo("ü2");
    assertThat(stderr.size()).isZero();
  }

  @Test
  void eventsNameTheirChildAndEndWithOneCompletion() throws Exception {
    run(i -> saying("o" + i, "", ZERO), base, "--count", "2", "--events=jsonl", "x");

    List<JsonNode> events =
        stdout
            .toString(StandardCharsets.UTF_8)
            .lines()
            .map(line -> new ObjectMapper().readTree(line))
            .toList();
    assertThat(events.getFirst().get("command").asString()).isEqualTo("fanout");
    assertThat(events.getLast().get("event").asString()).isEqualTo("completion");
    assertThat(events.getLast().get("succeeded").asInt()).isEqualTo(2);
    assertThat(events.stream().filter(e -> e.get("event").asString().equals("child_completion")))
        .hasSize(2)
        .allMatch(e -> e.get("exit_code").asInt() == 0);
    assertThat(events.subList(1, events.size() - 1)).allMatch(e -> e.has("child"));
  }

  @Test
  void whatCannotBeMeantIsRefusedBeforeAnythingRuns() throws Exception {
    Path children = dir.resolve("children");
    SporeFork.fork(Spore.open(Path.of(base)), 2, children);
    refuses(ErrorCode.USAGE_MISSING_ARGUMENT, "name a saved machine", () -> plan());
    refuses(ErrorCode.USAGE_MISSING_ARGUMENT, "say how many", () -> plan(base, "x"));
    for (String count : List.of("0", "-1", "10001", "x")) {
      refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "--count", () -> plan(base, "--count", count, "x"));
    }
    for (String parallel : List.of("0", "257", "1e2", "")) {
      refuses(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "--parallel",
          () -> plan(base, "--count", "2", "--parallel", parallel, "x"));
    }
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "has 2 children",
        () -> plan(children.toString(), "--count", "2", "x"));
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT, "--for", () -> plan(base, "--count", "2", "--for", "x"));
    refuses(ErrorCode.OBJECT_INVALID, "no command was running", () -> plan(base, "--count", "2"));
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "--env",
        () -> plan(base, "--count", "2", "--env", "A=b"));
    refuses(ErrorCode.OBJECT_NOT_FOUND, "no such", () -> plan(base + "x", "--count", "2", "x"));
    Path empty = Files.createDirectory(dir.resolve("empty"));
    refuses(ErrorCode.OBJECT_INVALID, "missing", () -> plan(empty.toString(), "--count", "1", "x"));
    assertThat(requests).isEmpty();
  }

  @Test
  void asManyRunAtOnceAsMemorySufficesForAndOneAtLeast() {
    FanoutChildren children = plan(base, "--count", "8", "x").children();
    long each = children.memoryBytes();
    assertThat(FanoutPlan.affordable(children, 100 * each)).isEqualTo(8);
    assertThat(FanoutPlan.affordable(children, 4 * each)).isEqualTo(3);
    assertThat(FanoutPlan.affordable(children, each / 2)).isEqualTo(1);
    assertThat(plan(base, "--count", "8", "--parallel", "2", "x").remark())
        .contains("2 of 8 children", "--parallel");
    assertThat(plan(base, "--count", "8", "--parallel", "8", "x").remark()).isNull();
  }

  @Test
  void aChildGoesOnWithTheCommandThatWasSaved() throws Exception {
    String full = TestSpores.full(dir.resolve("full")).toString();
    FanoutPlan plan = plan(full, "--count", "2");
    assertThat(plan.command().session()).isNotNull();
    RunRequest.Sibling which = plan.children().list().getLast().sibling();
    assertThat(plan.command().in(dir, which).session()).isEqualTo(plan.command().session());
  }
}
