package dev.spore.cli;

/**
 * A run whose command came to its own end.
 *
 * @param exitStatus what {@code spore} exits with
 */
record RunResult(RunRequest request, Guest.Outcome outcome, int exitStatus, Timeline timeline) {

  static RunResult of(RunRequest request, Guest.Outcome outcome, Timeline timeline) {
    int status =
        switch (outcome) {
          case Guest.Outcome.Exited(int code) -> code;
          case Guest.Outcome.Killed(int signal) -> 128 + signal;
          case Guest.Outcome.NotFound missing -> 127;
          case Guest.Outcome.NotStarted refused -> 126;
        };
    return new RunResult(request, outcome, status, timeline);
  }

  /** The fields that the JSON result and the completion event share. */
  Json fields(Json json) {
    json.field("outcome", "completed").field("exit_code", exitStatus);
    switch (outcome) {
      case Guest.Outcome.Exited ended -> {}
      case Guest.Outcome.Killed(int signal) -> json.field("signal", signal);
      case Guest.Outcome.NotFound(String message) -> json.field("start_error", message);
      case Guest.Outcome.NotStarted(String message) -> json.field("start_error", message);
    }
    json.field("vcpus", request.vcpus()).field("memory_bytes", request.memoryBytes());
    return timeline.json(json);
  }
}
