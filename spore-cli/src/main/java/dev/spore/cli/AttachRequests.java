package dev.spore.cli;

import dev.spore.format.manifest.Board;
import dev.spore.format.manifest.SavedSession;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a {@link RunRequest} that goes on with a session of a saved machine. */
final class AttachRequests {
  private AttachRequests() {}

  /**
   * Checks what was typed against what the spore holds.
   *
   * @param session which one, or null for the only one
   * @param cache directory of this host for what can be lost
   */
  static RunRequest of(RunOptions options, Path directory, @Nullable String session, Path cache) {
    OutputMode mode = RunRequests.mode(options);
    Duration timeout =
        options.timeout == null ? null : Durations.parse("--timeout", options.timeout);
    Duration bootTimeout = Durations.parse("--boot-timeout", options.bootTimeout);
    Spore spore = Spore.open(directory);
    SavedSession found = find(directory, spore.manifest().sessions(), session);
    if (options.stdin && !found.stdinOpen()) {
      throw usage(
          "-i: the input of session %s in %s was closed, or it never had one; leave -i out"
              .formatted(found.id(), directory));
    }
    if (mode == OutputMode.JSON && found.tty()) {
      throw usage(
          "--json: session %s in %s has a terminal; use --events=jsonl for its output"
              .formatted(found.id(), directory));
    }
    Board board = spore.manifest().board();
    return new RunRequest(
        found.argv(),
        board.memoryBytes(),
        board.vcpus(),
        null,
        null,
        null,
        List.of(),
        null,
        null,
        timeout,
        bootTimeout,
        directory,
        null,
        false,
        null,
        cache.resolve("scratch"),
        SavedOptions.restore(options),
        BackingStore.in(cache.resolve("backings")),
        null,
        options.consoleLog == null ? null : HostFiles.path("--console-log", options.consoleLog),
        options.timing,
        options.stdin,
        found.tty(),
        mode,
        found.id());
  }

  private static SavedSession find(
      Path directory, List<SavedSession> sessions, @Nullable String wanted) {
    if (sessions.isEmpty()) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          directory
              + " holds a machine in which no command was running when it was saved; start one in"
              + " it: spore run --from "
              + directory
              + " CMD");
    }
    if (wanted == null) {
      if (sessions.size() > 1) {
        throw new SporeException(
            ErrorCode.USAGE_MISSING_ARGUMENT,
            "%s holds %d sessions, choose one by --session ID:%s"
                .formatted(directory, sessions.size(), list(sessions)));
      }
      return sessions.getFirst();
    }
    for (SavedSession session : sessions) {
      if (session.id().equals(wanted)) {
        return session;
      }
    }
    throw new SporeException(
        ErrorCode.OBJECT_NOT_FOUND,
        "%s holds no session '%s'; it holds:%s".formatted(directory, wanted, list(sessions)));
  }

  private static String list(List<SavedSession> sessions) {
    StringBuilder list = new StringBuilder();
    for (SavedSession session : sessions) {
      String command = Printable.of(String.join(" ", session.argv()));
      list.append("\n  ").append(session.id()).append("  ").append(command);
    }
    return list.toString();
  }

  private static SporeException usage(String message) {
    return new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, message);
  }
}
