package dev.spore.cli;

import dev.spore.vmm.SporeException;
import org.jspecify.annotations.Nullable;

/**
 * A run whose command came to its own end, or was saved before that.
 *
 * @param save null when none was asked for
 * @param exitStatus what {@code spore} exits with
 */
record RunResult(
    RunRequest request,
    Guest.Outcome outcome,
    RunSave.@Nullable Result save,
    int exitStatus,
    Timeline timeline) {

  /**
   * A save that was asked for and failed outweighs how the command ended: who asked must learn of
   * it.
   */
  static RunResult of(
      RunRequest request, Guest.Outcome outcome, RunSave.@Nullable Result save, Timeline timeline) {
    SporeException failure = save == null ? null : save.failure();
    int status = failure == null ? status(outcome) : failure.code().exitStatus();
    return new RunResult(request, outcome, save, status, timeline);
  }

  private static int status(Guest.Outcome outcome) {
    return switch (outcome) {
      case Guest.Outcome.Exited(int code) -> code;
      case Guest.Outcome.Killed(int signal) -> 128 + signal;
      case Guest.Outcome.NotFound missing -> 127;
      case Guest.Outcome.NotStarted refused -> 126;
      case Guest.Outcome.Saved saved -> 0;
    };
  }

  /** The fields that the JSON result and the completion event share. */
  Json fields(Json json) {
    ending(json).field("vcpus", request.vcpus()).field("memory_bytes", request.memoryBytes());
    if (save != null) {
      save.fields(json);
    }
    return timeline.json(json);
  }

  /** Those of them that say how the command ended. */
  Json ending(Json json) {
    boolean stopped = outcome instanceof Guest.Outcome.Saved;
    json.field("outcome", stopped ? "saved" : "completed").field("exit_code", exitStatus);
    if (!stopped) {
      json.field("command_exit_code", status(outcome));
    }
    switch (outcome) {
      case Guest.Outcome.Exited ended -> {}
      case Guest.Outcome.Saved saved -> {}
      case Guest.Outcome.Killed(int signal) -> json.field("signal", signal);
      case Guest.Outcome.NotFound(String message) -> json.field("start_error", message);
      case Guest.Outcome.NotStarted(String message) -> json.field("start_error", message);
    }
    if (request.session() != null) {
      json.field("session", request.session());
    }
    return json;
  }
}
