package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one {@code spore fanout} is to do; every value is checked.
 *
 * @param command what each child does; {@link RunRequest#in} says where
 * @param parallel how many run at once, 1 to {@link #PARALLEL_MAX}
 * @param within how long all of it may take, null is as long as it takes
 */
record FanoutPlan(
    RunRequest command, FanoutChildren children, int parallel, @Nullable Duration within) {
  /** Machines in one process: each takes about ten threads and as many descriptors. */
  static final int PARALLEL_MAX = 256;

  private static final long MIB = 1L << 20;

  /**
   * Checks what was typed.
   *
   * @param words the arguments that are no flags
   * @param exact the arguments after {@code --}, null when there was none
   * @param environment the host's, for bare {@code --env NAME}
   */
  static FanoutPlan of(
      FanoutOptions options,
      List<String> words,
      @Nullable List<String> exact,
      Installation installation,
      Map<String, String> environment) {
    if (words.isEmpty()) {
      throw new SporeException(
          ErrorCode.USAGE_MISSING_ARGUMENT,
          "name a saved machine, or a directory of children: spore fanout DIR --count N CMD");
    }
    Path directory = HostFiles.path("fanout", words.getFirst());
    Duration within = options.within == null ? null : Durations.parse("--for", options.within);
    int asked = options.parallel == null ? 0 : parallel(options.parallel);
    FanoutChildren children = FanoutChildren.in(directory, options.count);
    boolean goesOn = words.size() == 1 && exact == null;
    RunRequest command =
        goesOn
            ? session(options.run, children, installation)
            : command(options.run, words, exact, installation, environment);
    int parallel = asked > 0 ? asked : affordable(children, HostMemory.availableBytes());
    return new FanoutPlan(command, children, parallel, within);
  }

  private static RunRequest command(
      RunOptions options,
      List<String> words,
      @Nullable List<String> exact,
      Installation installation,
      Map<String, String> environment) {
    options.from = words.getFirst();
    List<String> command = words.subList(1, words.size());
    return RunRequests.of(options, command, exact, installation, environment, Long.MAX_VALUE);
  }

  /** Goes on with the command that was running when the machine was saved. */
  private static RunRequest session(
      RunOptions options, FanoutChildren children, Installation installation) {
    if (!options.env.isEmpty() || options.workdir != null || options.user != null) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "--env, --workdir and --user are for a command that is started; give one, or leave them"
              + " out to go on with the one that was saved");
    }
    return AttachRequests.of(options, children.sample().directory(), null, installation.cache());
  }

  private static int parallel(String text) {
    if (text.matches("[1-9][0-9]{0,2}") && Integer.parseInt(text) <= PARALLEL_MAX) {
      return Integer.parseInt(text);
    }
    throw new SporeException(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "--parallel '%s': a whole number from 1 to %d is needed".formatted(text, PARALLEL_MAX));
  }

  /**
   * How many can run at once though each came to write all of its memory, with a quarter left for
   * the host; one at least.
   */
  static int affordable(FanoutChildren children, long availableBytes) {
    long fit = (availableBytes - availableBytes / 4) / children.memoryBytes();
    long bound = Math.min(PARALLEL_MAX, Math.max(1, fit));
    return (int) Math.min(bound, children.list().size());
  }

  /** What to tell a user whose children do not all run at once; null if they do. */
  @Nullable String remark() {
    if (parallel >= children.list().size()) {
      return null;
    }
    return "%d of %d children run at a time, with %d MiB of memory each; --parallel sets the number"
        .formatted(parallel, children.list().size(), children.memoryBytes() / MIB);
  }
}
