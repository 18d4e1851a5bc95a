package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.Arrays;
import java.util.List;

/** Entry point: one command line in, one exit status out. */
public final class Main {
  /** Set to anything, stack traces of failures are printed too. */
  private static final String DEBUG = "SPORE_DEBUG";

  private Main() {}

  public static void main(String[] args) {
    Timeline timeline = new Timeline();
    timeline.mark(Timeline.Mark.MAIN);
    HostStreams host = HostStreams.ofProcess();
    int status = run(List.of(args), host, timeline);
    host.messages().flush();
    // Threads that still sit in a read of standard input are daemons; exit runs no hooks for them.
    System.exit(status);
  }

  static int run(List<String> args, HostStreams host, Timeline timeline) {
    try {
      return Commands.execute(args, host, timeline);
    } catch (SporeException e) {
      return report(args, host, e);
    } catch (InterruptedException e) {
      return report(args, host, new SporeException(ErrorCode.OPERATION_CANCELED, "interrupted", e));
    } catch (RuntimeException | Error e) {
      String what = e.getMessage() == null ? e.toString() : e.getMessage();
      return report(
          args,
          host,
          new SporeException(
              ErrorCode.RUNTIME_EXECUTION_FAILED,
              "internal error: " + what + " (set " + DEBUG + "=1 for the stack trace)",
              e));
    }
  }

  private static int report(List<String> args, HostStreams host, SporeException failure) {
    host.say(wantsJson(args) ? Failures.json(failure) : Failures.text(failure));
    if (System.getenv(DEBUG) != null) {
      failure.printStackTrace(host.messages());
    }
    return failure.code().exitStatus();
  }

  /** Also true for a command line that does not parse: its error is the first a program meets. */
  private static boolean wantsJson(List<String> args) {
    int end = args.indexOf("--");
    return args.subList(0, end < 0 ? args.size() : end).stream()
        .anyMatch(Arrays.asList("--json", "--events=jsonl", "--events")::contains);
  }
}
