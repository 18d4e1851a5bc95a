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

  RunSession(RunRequest request, GuestLauncher launcher, HostStreams host, Timeline timeline) {
    this.request = request;
    this.launcher = launcher;
    this.host = host;
    this.timeline = timeline;
  }

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
      Guest.Outcome outcome = bootAndExecute(output);
      timeline.mark(Timeline.Mark.CLOSED);
      RunResult result = RunResult.of(request, outcome, timeline);
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

  private Guest.Outcome bootAndExecute(RunOutput output) throws IOException, InterruptedException {
    try (HostSignals signals = new HostSignals(cancellation, host);
        ConsoleLog console = ConsoleLog.open(request.consoleLog(), cancellation);
        Guest guest = boot(console)) {
      cancellation.check();
      timeline.mark(Timeline.Mark.AGENT_READY);
      output.ready();
      Guest.Outcome outcome = execute(guest, output, signals);
      cancellation.check();
      save(guest, outcome);
      guest.shutDown();
      return outcome;
    }
  }

  /** A command that never ran leaves nothing worth keeping. */
  private void save(Guest guest, Guest.Outcome outcome) throws InterruptedException {
    RunRequest.Save save = request.save();
    boolean ran =
        switch (outcome) {
          case Guest.Outcome.Exited ended -> true;
          case Guest.Outcome.Killed killed -> true;
          case Guest.Outcome.NotFound missing -> false;
          case Guest.Outcome.NotStarted refused -> false;
        };
    if (save == null) {
      return;
    }
    if (!ran) {
      host.say("spore: nothing was saved in " + save.directory() + ": the command did not start");
      return;
    }
    try (Progress _ = Progress.start("saving", host)) {
      guest.save(save);
    }
    timeline.mark(Timeline.Mark.SAVED);
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
        outcome = process.await();
      }
      timeline.mark(Timeline.Mark.EXITED);
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
      }
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
