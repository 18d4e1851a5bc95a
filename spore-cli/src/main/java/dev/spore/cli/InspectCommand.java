package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore inspect}. */
final class InspectCommand implements Command {
  private boolean json;
  private boolean verify;

  @Override
  public OptionTable options() {
    return new OptionTable()
        .flag("--verify", "read and prove every chunk of it too", () -> verify = true)
        .flag("--json", "print one result object", () -> json = true);
  }

  @Override
  public String summary() {
    return """
    Usage: spore inspect DIR [--verify] [--json]

    Says what a saved machine is: its id, what it descends from, what it needs of a host, what is
    in it and how large it is. Manifest and index are proven; --verify proves the chunks as well.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore inspect base.spore
      spore inspect --verify base.spore        exit 22, naming the first damaged file
      spore inspect --json base.spore | jq -r .id
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline) {
    Path directory = HostFiles.path("inspect", Commands.oneWord("inspect DIR", words, exact));
    Spore spore = Spore.open(directory);
    SporeReport report = SporeReport.of(spore, verify, host);
    Stdout.print(host, json ? report.json() + "\n" : report.text());
    return 0;
  }

  /** Wraps what cannot be read of a directory. */
  static SporeException unreadable(Path file, IOException e) {
    return new SporeException(
        ErrorCode.CACHE_UNAVAILABLE,
        file + " cannot be read: " + HostFiles.reason(e) + "; see to the file system",
        e);
  }
}
