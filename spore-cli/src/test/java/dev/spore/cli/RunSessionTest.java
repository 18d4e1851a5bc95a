package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

final class RunSessionTest {
  private static final Guest.Outcome ZERO = new Guest.Outcome.Exited(0);

  @TempDir Path dir;
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private final ObjectMapper mapper = new ObjectMapper();
  private InputStream stdin = InputStream.nullInputStream();
  private OutputStream stdoutTarget = stdout;

  private int run(FakeGuest guest, String... flags) throws InterruptedException {
    RunOptions options = new RunOptions();
    options.table().parse(List.of(flags));
    Path file = dir.resolve("boot");
    try {
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    RunRequest request =
        RunRequests.of(
            options,
            List.of("x"),
            null,
            new Installation(null, dir, file, file, null),
            Map.of(),
            1L << 40);
    HostStreams host =
        new HostStreams(
            stdin,
            stdoutTarget,
            stderr,
            new PrintStream(stderr, true, StandardCharsets.UTF_8),
            false);
    return new RunSession(request, guest, host, new Timeline()).run();
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }

  @Test
  void outputArrivesSeparatedAndUnchangedAndTheStatusPassesThrough() throws Exception {
    FakeGuest guest = FakeGuest.saying("out\0\n", "err", new Guest.Outcome.Exited(7));

    assertThat(run(guest)).isEqualTo(7);
    assertThat(stdout).hasToString("out\0\n");
    assertThat(stderr).hasToString("err");
    assertThat(guest.shutDown).isTrue();
    assertThat(guest.closed).isTrue();
  }

  @Test
  void deathBySignalIs128AndTheSignal() throws Exception {
    assertThat(run(FakeGuest.saying("", "", new Guest.Outcome.Killed(9)))).isEqualTo(137);
  }

  @Test
  void aMissingCommandIs127AndAnUnusableOne126WithOneLineEach() throws Exception {
    assertThat(run(FakeGuest.saying("", "", new Guest.Outcome.NotFound("nope: not found"))))
        .isEqualTo(127);
    assertThat(stderr).hasToString("spore: nope: not found\n");
    stderr.reset();
    assertThat(run(FakeGuest.saying("", "", new Guest.Outcome.NotStarted("/etc: a directory"))))
        .isEqualTo(126);
    assertThat(stderr).hasToString("spore: /etc: a directory\n");
  }

  @Test
  void standardInputGoesInOnlyWhenAsked() throws Exception {
    stdin = new ByteArrayInputStream("data".getBytes(StandardCharsets.UTF_8));
    FakeGuest asked = new FakeGuest();
    asked.endsWithItsInput = true;
    assertThat(run(asked, "-i")).isZero();
    assertThat(asked.input.join()).asString(StandardCharsets.UTF_8).isEqualTo("data");

    FakeGuest unasked = FakeGuest.saying("", "", ZERO);
    run(unasked);
    assertThat(unasked.input).isNotDone();
  }

  @Test
  void jsonKeepsTheHeadAndCountsTheRest() throws Exception {
    String much = "é".repeat(JsonOutput.MAX_KEPT_BYTES);

    assertThat(run(FakeGuest.saying(much, "\n", new Guest.Outcome.Killed(15)), "--json"))
        .isEqualTo(143);
    JsonNode json = mapper.readTree(stdout.toByteArray());
    assertThat(json.get("schema").asString()).isEqualTo("spore.run.result.v1");
    assertThat(json.get("exit_code").asInt()).isEqualTo(143);
    assertThat(json.get("signal").asInt()).isEqualTo(15);
    assertThat(json.get("stdout").asString()).isEqualTo("é".repeat(JsonOutput.MAX_KEPT_BYTES / 2));
    assertThat(json.get("stdout_bytes").asLong()).isEqualTo(2L * JsonOutput.MAX_KEPT_BYTES);
    assertThat(json.get("stdout_truncated").asBoolean()).isTrue();
    assertThat(json.get("stderr_truncated").asBoolean()).isFalse();
    assertThat(json.get("timings").get("exited_ms").asLong()).isNotNegative();
  }

  @Test
  void bytesThatAreNoTextComeAsBase64InJson() throws Exception {
    FakeGuest guest = FakeGuest.saying("", "", ZERO);
    guest.stdout = new ByteArrayInputStream(new byte[] {(byte) 0xff, 0, (byte) 0xc3});

    run(guest, "--json");
    JsonNode json = mapper.readTree(stdout.toByteArray());
    assertThat(json.get("stdout_encoding").asString()).isEqualTo("base64");
    assertThat(Base64.getDecoder().decode(json.get("stdout").asString()))
        .containsExactly(0xff, 0, 0xc3);
  }

  @Test
  void eventsAreOneObjectALineAndEndWithOneCompletion() throws Exception {
    run(FakeGuest.saying("out", "err", new Guest.Outcome.Exited(3)), "--events=jsonl");

    List<JsonNode> events =
        stdout.toString(StandardCharsets.UTF_8).lines().map(mapper::readTree).toList();
    assertThat(events)
        .extracting(e -> e.get("event").asString())
        .startsWith("start", "ready")
        .endsWith("completion")
        .contains("stdout", "stderr")
        .hasSize(5);
    assertThat(events.getLast().get("exit_code").asInt()).isEqualTo(3);
  }

  @Test
  void aFailureEndsTheEventsWithItsBody() {
    FakeGuest guest = new FakeGuest();
    guest.outcome.completeExceptionally(
        new SporeException(ErrorCode.RUNTIME_EXECUTION_FAILED, "the guest panicked"));

    assertThatThrownBy(() -> run(guest, "--events=jsonl")).hasMessage("the guest panicked");
    JsonNode last =
        mapper.readTree(stdout.toString(StandardCharsets.UTF_8).lines().toList().getLast());
    assertThat(last.get("outcome").asString()).isEqualTo("failed");
    assertThat(last.get("error").get("code").asString()).isEqualTo("runtime.execution_failed");
    assertThat(guest.closed).isTrue();
  }

  @Test
  void aCommandThatOutlivesItsTimeoutIsKilled() {
    FakeGuest guest = new FakeGuest();

    assertThatThrownBy(() -> run(guest, "--timeout", "1ms"))
        .hasMessageContaining("did not end within 1ms")
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(ErrorCode.OPERATION_CANCELED);
    assertThat(guest.closed).isTrue();
  }

  @Test
  void aReaderThatLeavesIsPassedOnToTheCommandQuietly() throws Exception {
    stdoutTarget = failing("Broken pipe");
    FakeGuest guest = new FakeGuest();
    guest.stdout = new ByteArrayInputStream(new byte[10]);
    Thread ends =
        new Thread(() -> {
          try {
            guest.stdoutClosed.await();
            guest.outcome.complete(new Guest.Outcome.Killed(13));
          } catch (InterruptedException e) {
            guest.outcome.cancel(true);
          }
        });
    ends.start();

    assertThat(run(guest)).isEqualTo(141);
    assertThat(stderr.size()).isZero();
    ends.join();
  }

  @Test
  void aFullDiskIsAnErrorAndStopsTheGuest() {
    stdoutTarget = failing("No space left on device");
    FakeGuest guest = new FakeGuest();
    guest.stdout = new ByteArrayInputStream(new byte[10]);

    assertThatThrownBy(() -> run(guest))
        .hasMessageContaining("cannot write standard output: No space left on device")
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(ErrorCode.STREAM_INTERRUPTED);
    assertThat(guest.closed).isTrue();
  }

  @Test
  void aFullDiskUnderTheJsonResultIsAnErrorToo() {
    stdoutTarget = failing("No space left on device");

    assertThatThrownBy(() -> run(FakeGuest.saying("", "", ZERO), "--json"))
        .hasMessageContaining("No space left on device");
  }

  @Test
  void aConsoleLogThatCannotBeOpenedIsTold() {
    assertThatThrownBy(
            () -> run(FakeGuest.saying("", "", ZERO), "--console-log", dir + "/no/such/log"))
        .hasMessageContaining("--console-log " + dir + "/no/such/log: cannot be written");
  }

  @Test
  void timingPrintsTheRunsPhases() throws Exception {
    run(FakeGuest.saying("", "", ZERO), "--timing");

    assertThat(stderr.toString(StandardCharsets.UTF_8))
        .contains("first KVM_RUN", "agent ready", "exec start", "exit", "machine closed");
  }

  @Test
  void theFirstInterruptGoesToTheCommandAndTheSecondCancels() {
    Cancellation cancellation = new Cancellation();
    FakeGuest guest = new FakeGuest();
    cancellation.onCancel(guest);
    try (HostSignals signals =
        new HostSignals(cancellation, hostWithoutStreams(), noSave(cancellation))) {
      signals.attach(guest, null);
      signals.deliver("INT", 2);
      assertThat(guest.signals).containsExactly(2);
      assertThat(cancellation.reason()).isNull();
      signals.deliver("INT", 2);
    }
    assertThat(cancellation.reason()).hasMessage("canceled by SIGINT");
    assertThat(guest.closed).isTrue();
  }

  @Test
  void beforeTheCommandRunsASignalCancels() {
    for (String name : List.of("INT", "TERM", "HUP")) {
      Cancellation cancellation = new Cancellation();
      try (HostSignals signals =
          new HostSignals(cancellation, hostWithoutStreams(), noSave(cancellation))) {
        signals.deliver(name, 1);
      }
      assertThat(cancellation.reason()).hasMessage("canceled by SIG" + name);
    }
  }

  @Test
  void whatIsRegisteredAfterACancellationIsClosedAtOnceAndTheFirstReasonStands() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel(new SporeException(ErrorCode.OPERATION_CANCELED, "first"));
    cancellation.cancel(new SporeException(ErrorCode.OPERATION_CANCELED, "second"));
    FakeGuest guest = new FakeGuest();
    cancellation.onCancel(guest);

    assertThat(guest.closed).isTrue();
    assertThatThrownBy(cancellation::check).hasMessage("first");
  }

  @Test
  void aDeadlineClosedInTimeDoesNothing() throws Exception {
    Cancellation cancellation = new Cancellation();
    Deadline.start(
            Duration.ofHours(1),
            () -> cancellation.cancel(new SporeException(ErrorCode.OPERATION_CANCELED, "late")))
        .close();

    assertThat(cancellation.reason()).isNull();
  }

  private RunSave noSave(Cancellation cancellation) {
    return new RunSave(null, hostWithoutStreams(), new Timeline(), cancellation);
  }

  private HostStreams hostWithoutStreams() {
    return new HostStreams(stdin, stdout, stderr, new PrintStream(stderr), false);
  }
}
