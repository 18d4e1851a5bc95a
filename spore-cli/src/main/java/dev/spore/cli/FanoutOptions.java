package dev.spore.cli;

import org.jspecify.annotations.Nullable;

/** The flags of {@code spore fanout} as typed; {@link FanoutPlan} checks them. */
final class FanoutOptions {
  @Nullable String count;
  @Nullable String parallel;
  @Nullable String within;

  /** What each child is to do, as if it were run alone. */
  final RunOptions run = new RunOptions();

  OptionTable table() {
    return new OptionTable()
        .value("--count", "N", "how many children, where DIR is one saved machine", v -> count = v)
        .value("--for", "DURATION", "end what still runs after 30s, 5m, ...", v -> within = v)
        .value(
            "--parallel",
            "N",
            "how many at once, 1 to "
                + FanoutPlan.PARALLEL_MAX
                + " (default: all that memory suffices for)",
            v -> parallel = v)
        .value(
            "--env", "NAME[=VALUE]", "environment; a bare NAME takes its value here", run.env::add)
        .value("--workdir", "DIR", "working directory in the guests", v -> run.workdir = v)
        .value("--user", "USER", "name, uid or uid:gid in the guests", v -> run.user = v)
        .value(
            "--restore",
            "HOW",
            "where memory comes from: auto, backing, eager or lazy (default auto)",
            v -> run.restore = v)
        .value(
            "--boot-timeout",
            "DURATION",
            "give up on a child that is not ready by then (default 5m)",
            v -> run.bootTimeout = v)
        .flag("--json", "print one result object instead of the output", () -> run.json = true)
        .value("--events", "jsonl", "print one event object a line", v -> run.events = v);
  }
}
