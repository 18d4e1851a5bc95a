package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** When a machine is saved, how often, and what a save that fails leaves behind. */
final class RunSaveTest {
  private static final Guest.Outcome SEVEN = new Guest.Outcome.Exited(7);

  @TempDir Path dir;
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private final HostStreams host =
      new HostStreams(
          InputStream.nullInputStream(),
          stdout,
          stderr,
          new PrintStream(stderr, true, StandardCharsets.UTF_8),
          false);
  private final Cancellation cancellation = new Cancellation();
  private final FakeGuest guest = new FakeGuest();

  private RunRequest request(String... flags) throws IOException {
    List<String> all = new ArrayList<>(List.of("--save", dir.resolve("s").toString()));
    all.addAll(List.of(flags));
    RunOptions options = new RunOptions();
    options.table().parse(all);
    Path file = Files.write(dir.resolve("boot"), new byte[0]);
    return RunRequests.of(
        options,
        List.of("x"),
        null,
        new Installation(null, dir, file, file, null),
        Map.of(),
        1L << 40);
  }

  private RunSave saveOf(RunRequest request) {
    return new RunSave(request.save(), host, new Timeline(), cancellation);
  }

  private static RunOutput ignored() {
    return new PassThroughOutput(OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
  }

  private static SporeException full() {
    return new SporeException(ErrorCode.CACHE_UNAVAILABLE, "no room in /s");
  }

  private String said() {
    return stderr.toString(StandardCharsets.UTF_8);
  }

  private static int status(
      RunRequest request, Guest.Outcome ended, RunSave.@Nullable Result saved) {
    return RunResult.of(request, ended, saved, new Timeline()).exitStatus();
  }

  @Test
  void theSignalSavesAndDoesNotReachTheCommand() throws Exception {
    RunRequest request = request("--save-on", "usr2");
    RunSave save = saveOf(request);
    try (HostSignals signals = new HostSignals(cancellation, host, save)) {
      signals.attach(guest, null);
      save.commandRuns(guest, ignored());
      signals.deliver("USR2", 12);
    }
    assertThat(guest.saves).containsExactly(dir.resolve("s"));
    assertThat(guest.signals).isEmpty();
    assertThat(guest.outcome).isCompletedWithValue(new Guest.Outcome.Saved());
    RunSave.Result result = save.commandEnded(guest, guest.outcome.join());
    assertThat(status(request, guest.outcome.join(), result)).isZero();
    assertThat(cancellation.reason()).isNull();
  }

  @Test
  void theCommandGoesOnWhenItIsToAndItsStatusPasses() throws Exception {
    RunRequest request = request("--save-on", "SIGTERM", "--continue-after-save");
    RunSave save = saveOf(request);
    save.commandRuns(guest, ignored());
    save.signaled();
    assertThat(guest.outcome).isNotDone();
    assertThat(said())
        .isEqualTo("spore: saved in %s; the command goes on\n".formatted(dir.resolve("s")));

    assertThat(status(request, SEVEN, save.commandEnded(guest, SEVEN))).isEqualTo(7);
  }

  @Test
  void oneSpaceIsSavedOnceAndFurtherSignalsAreIgnoredWithAWord() throws Exception {
    RunSave save = saveOf(request("--save-on", "HUP", "--continue-after-save"));
    save.commandRuns(guest, ignored());
    save.signaled();
    save.signaled();
    save.signaled();
    assertThat(guest.saves).hasSize(1);
    assertThat(said()).contains("SIGHUP is ignored: the machine is saved in");
    assertThat(guest.outcome).isNotDone();
  }

  @Test
  void aSaveThatFailsIsOneLineAndTheRunsStatusAtTheEnd() throws Exception {
    for (String[] flags :
        new String[][] {{"--save-on", "USR2", "--continue-after-save"}, {"--save-on", "USR2"}}) {
      stderr.reset();
      RunRequest request = request(flags);
      RunSave save = saveOf(request);
      guest.failingSaves.add(full());
      save.commandRuns(guest, ignored());
      save.signaled();
      assertThat(said())
          .isEqualTo("spore: no room in /s; the command goes on, SIGUSR2 tries again\n");
      assertThat(guest.outcome).isNotDone();
      assertThat(status(request, SEVEN, save.commandEnded(guest, SEVEN))).isEqualTo(73);
    }
    assertThat(guest.saves).isEmpty();
  }

  @Test
  void aSaveThatSucceedsMakesTheFailedOneForgotten() throws Exception {
    RunRequest request = request("--save-on", "USR2", "--continue-after-save");
    RunSave save = saveOf(request);
    guest.failingSaves.add(full());
    save.commandRuns(guest, ignored());
    save.signaled();
    save.signaled();
    assertThat(guest.saves).hasSize(1);
    assertThat(status(request, SEVEN, save.commandEnded(guest, SEVEN))).isEqualTo(7);
  }

  @Test
  void aSignalBeforeTheCommandRunsSavesWhenItDoes() throws Exception {
    RunSave save = saveOf(request("--save-on", "USR1", "--continue-after-save"));
    save.signaled();
    assertThat(guest.saves).isEmpty();
    save.commandRuns(guest, ignored());
    assertThat(guest.saves).hasSize(1);
  }

  @Test
  void afterTheCommandHasEndedNoSignalSaves() throws Exception {
    RunRequest request = request("--save-on", "USR2");
    RunSave save = saveOf(request);
    save.commandRuns(guest, ignored());
    RunSave.Result result = save.commandEnded(guest, SEVEN);
    save.signaled();
    assertThat(guest.saves).isEmpty();
    assertThat(status(request, SEVEN, result)).isEqualTo(7);
    assertThat(said()).contains("nothing was saved in", "the command ended before SIGUSR2 came");
  }

  @Test
  void atExitNothingIsSavedOfACommandThatNeverRan() throws Exception {
    RunSave save = saveOf(request());
    save.commandRuns(guest, ignored());
    assertThat(save.signal()).isNull();
    RunSave.Result result = save.commandEnded(guest, new Guest.Outcome.NotFound("nope"));
    assertThat(guest.saves).isEmpty();
    assertThat(said()).contains("the command did not start");
    assertThat(result).extracting(RunSave.Result::report).isNull();
  }

  @Test
  void aFailingSaveAtExitIsTheRunsFailure() throws Exception {
    guest.failingSaves.add(full());
    RunSave save = saveOf(request("--save-on", "exit"));
    save.commandRuns(guest, ignored());
    assertThatThrownBy(() -> save.commandEnded(guest, SEVEN)).hasMessage("no room in /s");
  }

  @Test
  void programsAreToldOfSavesAndOfFailedOnes() throws Exception {
    RunRequest request = request("--save-on", "USR2", "--continue-after-save", "--events", "jsonl");
    EventsOutput output = new EventsOutput(stdout, request);
    RunSave save = saveOf(request);
    guest.failingSaves.add(full());
    save.commandRuns(guest, output);
    save.signaled();
    save.signaled();
    output.completed(RunResult.of(request, SEVEN, save.commandEnded(guest, SEVEN), new Timeline()));

    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> events =
        stdout.toString(StandardCharsets.UTF_8).lines().map(mapper::readTree).toList();
    assertThat(events)
        .extracting(e -> e.get("event").asString())
        .containsExactly("start", "save_failed", "saved", "completion");
    assertThat(events.get(1).at("/error/code").asString()).isEqualTo("cache.unavailable");
    assertThat(events.get(2).get("pause_ms").asInt()).isEqualTo(2);
    assertThat(events.get(3).at("/save/saved").asBoolean()).isTrue();
    assertThat(events.get(3).at("/save/on").asString()).isEqualTo("SIGUSR2");
    assertThat(events.get(3).get("exit_code").asInt()).isEqualTo(7);
  }

  @Test
  void theResultTellsTheCommandsStatusBesideAFailedSave() throws Exception {
    RunRequest request = request("--save-on", "USR2", "--json");
    JsonOutput output = new JsonOutput(stdout);
    RunSave save = saveOf(request);
    guest.failingSaves.add(full());
    save.commandRuns(guest, output);
    save.signaled();
    output.completed(RunResult.of(request, SEVEN, save.commandEnded(guest, SEVEN), new Timeline()));

    JsonNode json = new ObjectMapper().readTree(stdout.toByteArray());
    assertThat(json.get("exit_code").asInt()).isEqualTo(73);
    assertThat(json.get("command_exit_code").asInt()).isEqualTo(7);
    assertThat(json.at("/save/saved").asBoolean()).isFalse();
    assertThat(json.at("/save/error/code").asString()).isEqualTo("cache.unavailable");
  }
}
