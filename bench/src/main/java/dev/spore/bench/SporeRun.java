package dev.spore.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One real {@code ./spore run} as a process of its own.
 *
 * @param startedMicros wall clock right before the process was made
 * @param endedMicros wall clock when its output ended
 * @param timings of its last event, milliseconds from the launcher's first line
 * @param memory at the moment the agent answered; null if it never did
 */
record SporeRun(
    long startedMicros, long endedMicros, Map<String, Long> timings, @Nullable Smaps memory) {

  /** Boots as far as the first guest instructions and gives up. */
  static SporeRun start(Setup setup) throws IOException, InterruptedException {
    SporeRun run = run(setup, List.of(), List.of("--cold", "--boot-timeout", "1ms"));
    run.at("first_run_ms");
    return run;
  }

  /** The same under another program, such as strace. */
  static void startUnder(List<String> prefix, Setup setup)
      throws IOException, InterruptedException {
    run(setup, prefix, List.of("--cold", "--boot-timeout", "1ms"));
  }

  /** Runs {@code /bin/true} in the way {@code spore run} does by itself. */
  static SporeRun again(Setup setup) throws IOException, InterruptedException {
    return run(setup, List.of(), List.of());
  }

  /** Boots, runs {@code /bin/true}, ends. */
  static SporeRun whole(Setup setup) throws IOException, InterruptedException {
    SporeRun run = run(setup, List.of(), List.of("--cold"));
    run.at("exited_ms");
    return run;
  }

  private static SporeRun run(Setup setup, List<String> prefix, List<String> flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(setup.launcher().toString(), "run", "--events=jsonl"));
    command.addAll(flags);
    command.addAll(List.of("--", "/bin/true"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(setup.scratch().resolve("spore.err").toFile());
    long started = Clock.micros();
    Process process = builder.start();
    try (BufferedReader lines = process.inputReader()) {
      String last = "";
      Smaps memory = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (RunEvents.name(line).equals("ready")) {
          memory = Smaps.parse(Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps")));
        }
        last = line;
      }
      long ended = Clock.micros();
      process.waitFor();
      return new SporeRun(started, ended, RunEvents.timings(last), memory);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Milliseconds from the launcher's first line to a point of the run. */
  double at(String point) {
    Long millis = timings.get(point);
    if (millis == null) {
      throw new IllegalStateException(
          "this run of spore never reached " + point + "; try ./spore run --timing -- /bin/true");
    }
    return millis;
  }

  /** Milliseconds until the launcher's first line ran: fork, exec, the shell's own start. */
  double shellMillis() {
    return (at("start_epoch_us") - startedMicros) / 1000.0;
  }

  /** Milliseconds from the making of the process to a point of the run. */
  double fromStart(String point) {
    return shellMillis() + at(point);
  }

  /** From the making of the process to its end, milliseconds. */
  double wallMillis() {
    return (endedMicros - startedMicros) / 1000.0;
  }
}
