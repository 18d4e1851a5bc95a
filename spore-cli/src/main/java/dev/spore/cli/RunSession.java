package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One {@code spore run} from checked request to exit status. The calling thread boots, starts the
 * command and waits; a thread each moves standard input, output and error.
 */
final class RunSession {
  private final RunRequest request;
  private final GuestLauncher launcher;
  private final HostStreams host;
  private final Timeline timeline;
  private final Cancellation cancellation = new Cancellation();
  private final RunSave save;

  RunSession(RunRequest request, GuestLauncher launcher, HostStreams host, Timeline timeline) {
    this.request = request;
    this.launcher = launcher;
    this.host = host;
    this.timeline = timeline;
    this.save = new RunSave(request.save(), host, timeline, cancellation);
  }

  /** How the command ended, and what was saved. */
  private record Ended(Guest.Outcome outcome, RunSave.@Nullable Result saved) {}

  /**
   * Runs it all.
   *
   * @return the exit status of the guest's command
   * @throws SporeException the run failed or was canceled; nothing of it is left running
   */
  int run() throws InterruptedException {
    RunOutput output = null;
    try {
      output = openOutput();
      Ended ended = bootAndExecute(output);
      timeline.mark(Timeline.Mark.CLOSED);
      RunResult result = RunResult.of(request, ended.outcome(), ended.saved(), timeline);
      output.completed(result);
      return report(result);
    } catch (IOException e) {
      throw failed(output, outputLost("standard output", e));
    } catch (SporeException e) {
      SporeException reason = cancellation.reason();
      throw failed(output, reason == null ? e : reason);
    }
  }

  private RunOutput openOutput() throws IOException {
    return switch (request.mode()) {
      case PASS_THROUGH -> new PassThroughOutput(host.stdout(), host.stderr());
      case JSON -> new JsonOutput(host.stdout());
      case EVENTS -> new EventsOutput(host.stdout(), request);
    };
  }

  private Ended bootAndExecute(RunOutput output) throws IOException, InterruptedException {
    try (HostSignals signals = new HostSignals(cancellation, host, save);
        ConsoleLog console = ConsoleLog.open(request.consoleLog(), cancellation);
        Guest guest = boot(console)) {
      cancellation.check();
      timeline.mark(Timeline.Mark.AGENT_READY);
      output.ready();
      Guest.Outcome outcome = execute(guest, output, signals);
      cancellation.check();
      RunSave.Result saved = save.commandEnded(guest, outcome);
      guest.shutDown();
      return new Ended(outcome, saved);
    }
  }

  private Guest boot(OutputStream console) throws InterruptedException {
    try (Progress _ = Progress.start("booting", host)) {
      return launcher.boot(request, console, timeline, cancellation);
    }
  }

  private Guest.Outcome execute(Guest guest, RunOutput output, HostSignals signals)
      throws InterruptedException {
    boolean raw = request.tty() && request.stdin();
    try (HostTerminal terminal = HostTerminal.attach(host, raw)) {
      Guest.Task process = guest.start(request, terminal.size());
      timeline.mark(Timeline.Mark.EXEC_STARTED);
      signals.attach(process, request.tty() ? terminal : null);
      OutputPump stdout = pump(RunOutput.Stream.STDOUT, process, output);
      OutputPump stderr = pump(RunOutput.Stream.STDERR, process, output);
      if (request.stdin()) {
        InputPump.start(host.stdin(), process.stdin());
      }
      Guest.Outcome outcome;
      try (Deadline _ = deadline()) {
        save.commandRuns(guest, output);
        outcome = process.await();
      }
      if (!(outcome instanceof Guest.Outcome.Saved)) {
        timeline.mark(Timeline.Mark.EXITED);
      }
      signals.detach();
      stdout.drain();
      stderr.drain();
      return outcome;
    }
  }

  private OutputPump pump(RunOutput.Stream stream, Guest.Task process, RunOutput output) {
    return OutputPump.start(
        stream, process, output, request.mode() == OutputMode.PASS_THROUGH, cancellation);
  }

  private Deadline deadline() {
    Duration timeout = request.timeout();
    if (timeout == null) {
      return Deadline.none();
    }
    return Deadline.start(
        timeout,
        () ->
            cancellation.cancel(
                new SporeException(
                    ErrorCode.OPERATION_CANCELED,
                    "the command did not end within "
                        + Durations.show(timeout)
                        + " and was killed; raise --timeout to give it longer")));
  }

  private int report(RunResult result) {
    if (request.mode() == OutputMode.PASS_THROUGH) {
      switch (result.outcome()) {
        case Guest.Outcome.NotFound(String message) -> host.say("spore: " + message);
        case Guest.Outcome.NotStarted(String message) -> host.say("spore: " + message);
        case Guest.Outcome.Exited ended -> {}
        case Guest.Outcome.Killed killed -> {}
        case Guest.Outcome.Saved saved -> {}
      }
    }
    RunSave.Result saved = result.save();
    if (saved != null && saved.endedTheRun()) {
      host.say(
          "spore: saved in %s; spore attach goes on there".formatted(saved.spec().directory()));
    }
    if (request.timing()) {
      timeline.print(host.messages());
    }
    return result.exitStatus();
  }

  private SporeException failed(@Nullable RunOutput output, SporeException failure) {
    if (output != null) {
      try {
        output.failed(failure, timeline);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
    if (request.timing()) {
      timeline.print(host.messages());
    }
    return failure;
  }

  /** A stream of ours that can no longer be written. */
  static SporeException outputLost(String what, IOException cause) {
    return new SporeException(
        ErrorCode.STREAM_INTERRUPTED,
        "cannot write " + what + ": " + HostFiles.reason(cause) + "; the guest was stopped",
        cause);
  }
}
