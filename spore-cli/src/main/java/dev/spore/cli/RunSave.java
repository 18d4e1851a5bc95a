package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of {@code --save}: a machine is saved once, when its command has ended or when a
 * signal asks. A save that fails leaves the machine as it is, and the next signal tries again. Any
 * thread.
 */
final class RunSave {
  private final RunRequest.@Nullable Save wanted;
  private final HostStreams host;
  private final Timeline timeline;
  private final Cancellation cancellation;
  private @Nullable Guest guest;
  private @Nullable RunOutput output;

  /** A signal came before the command ran. */
  private boolean early;

  private boolean saving;
  private boolean over;
  private @Nullable SaveReport report;
  private @Nullable SporeException failure;

  /**
   * @param wanted null if nothing is to be saved
   */
  RunSave(
      RunRequest.@Nullable Save wanted,
      HostStreams host,
      Timeline timeline,
      Cancellation cancellation) {
    this.wanted = wanted;
    this.host = host;
    this.timeline = timeline;
    this.cancellation = cancellation;
  }

  /**
   * How it went.
   *
   * @param spec what was asked for
   * @param report null when nothing was saved
   * @param failure the last one, if nothing was saved after it
   */
  record Result(
      RunRequest.Save spec, @Nullable SaveReport report, @Nullable SporeException failure) {

    /** Whether the run is over because of it. */
    boolean endedTheRun() {
      return report != null && spec.signal() != null && !spec.goesOn();
    }

    /** The {@code save} object. */
    Json fields(Json json) {
      json.beginObject("save")
          .field("directory", spec.directory().toString())
          .field("on", spec.when())
          .field("saved", report != null);
      if (report != null) {
        RunSave.fields(json, report);
      }
      if (failure != null) {
        Failures.body(json.beginObject("error"), failure).endObject();
      }
      return json.endObject();
    }
  }

  static Json fields(Json json, SaveReport report) {
    return json.field("id", report.id().toString())
        .field("pause_ms", Math.round(report.pauseNanos() / 1e6))
        .field("freeze_ms", Math.round(report.freezeNanos() / 1e6))
        .field("total_ms", Math.round(report.totalNanos() / 1e6));
  }

  /** The signal that asks for a save, or null. */
  @Nullable String signal() {
    return wanted == null ? null : wanted.signal();
  }

  /** The command runs: from now on it can be saved. Saves it now if it was asked for before. */
  void commandRuns(Guest running, RunOutput to) {
    boolean now;
    synchronized (this) {
      guest = running;
      output = to;
      now = early;
    }
    if (now) {
      signaled();
    }
  }

  /** The signal came. Returns when the machine is saved, or is not. */
  void signaled() {
    RunRequest.Save spec = wanted;
    Guest machine;
    RunOutput to;
    synchronized (this) {
      machine = guest;
      to = output;
      early |= machine == null;
      if (spec == null || machine == null || to == null || saving || over) {
        return;
      }
      if (report != null) {
        host.say(
            "spore: %s is ignored: the machine is saved in %s already"
                .formatted(spec.when(), spec.directory()));
        return;
      }
      saving = true;
    }
    try {
      save(machine, to, spec);
    } finally {
      synchronized (this) {
        saving = false;
        notifyAll();
      }
    }
  }

  private void save(Guest machine, RunOutput to, RunRequest.Save spec) {
    try {
      SaveReport done = machine.save(spec);
      synchronized (this) {
        report = done;
        failure = null;
      }
      timeline.mark(Timeline.Mark.SAVED);
      if (spec.goesOn()) {
        host.say("spore: saved in %s; the command goes on".formatted(spec.directory()));
      }
      tell(() -> to.saved(spec, done));
    } catch (SporeException e) {
      failed(to, spec, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed(to, spec, new SporeException(ErrorCode.OPERATION_CANCELED, "the save was canceled"));
    }
  }

  private void failed(RunOutput to, RunRequest.Save spec, SporeException reason) {
    synchronized (this) {
      failure = reason;
    }
    if (cancellation.reason() == null) {
      host.say(
          "%s; the command goes on, %s tries again".formatted(Failures.text(reason), spec.when()));
    }
    tell(() -> to.saveFailed(spec, reason));
  }

  /** Writes to the run's output. */
  private interface Telling {
    void run() throws IOException;
  }

  private void tell(Telling telling) {
    try {
      telling.run();
    } catch (IOException e) {
      cancellation.cancel(RunSession.outputLost("standard output", e));
    }
  }

  /** The command has ended: no signal starts a save any more, and one that is under way ends. */
  private synchronized void close() throws InterruptedException {
    while (saving) {
      wait();
    }
    over = true;
  }

  /**
   * Does what is due when the command has ended.
   *
   * @return null when no save was asked for
   * @throws SporeException a save that was to come now failed
   */
  @Nullable Result commandEnded(Guest ended, Guest.Outcome outcome) throws InterruptedException {
    close();
    RunRequest.Save spec = wanted;
    if (spec == null) {
      return null;
    }
    if (spec.signal() == null) {
      saveAtExit(ended, spec, outcome);
    }
    synchronized (this) {
      if (report == null && failure == null && spec.signal() != null) {
        host.say(
            "spore: nothing was saved in %s: the command ended before %s came"
                .formatted(spec.directory(), spec.when()));
      }
      return new Result(spec, report, failure);
    }
  }

  /** A command that never ran leaves nothing worth keeping. */
  private void saveAtExit(Guest ended, RunRequest.Save spec, Guest.Outcome outcome)
      throws InterruptedException {
    boolean ran =
        switch (outcome) {
          case Guest.Outcome.Exited exited -> true;
          case Guest.Outcome.Killed killed -> true;
          case Guest.Outcome.NotFound missing -> false;
          case Guest.Outcome.NotStarted refused -> false;
          case Guest.Outcome.Saved saved -> false;
        };
    if (!ran) {
      host.say("spore: nothing was saved in " + spec.directory() + ": the command did not start");
      return;
    }
    try (Progress _ = Progress.start("saving", host)) {
      SaveReport done = ended.save(spec);
      synchronized (this) {
        report = done;
      }
    }
    timeline.mark(Timeline.Mark.SAVED);
  }
}
