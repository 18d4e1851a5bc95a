package dev.spore.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore system prune}. */
final class SystemPruneCommand implements Command {
  private boolean dryRun;
  private boolean all;
  private boolean json;

  @Override
  public OptionTable options() {
    return new OptionTable()
        .flag("--dry-run", "only say what would be deleted", () -> dryRun = true)
        .flag("--all", "also what may be of use again", () -> all = true)
        .flag("--json", "print one result object", () -> json = true);
  }

  @Override
  public String summary() {
    return """
    Usage: spore system prune [--dry-run] [--all] [--json]

    Deletes from Spore's cache directory what is of no use any more: kept machines of another version,
    of an earlier boot of this host, or damaged, and saved memory that nothing has used for a week.
    """;
  }

  @Override
  public String details() {
    return """
    What a machine uses that runs now stays, with --all too. Everything deleted is made again when
    it is needed: the next start of its kind boots.
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline) {
    Commands.refuseWords("system prune", words, exact);
    List<CacheContents.Entry> gone = new ArrayList<>();
    for (CacheContents.Entry entry : CacheContents.of(Installation.current().cache())) {
      boolean doomed = entry.removable() && !entry.inUse() && (all || entry.useless() != null);
      if (doomed && (dryRun || entry.remove().getAsBoolean())) {
        gone.add(entry);
      }
    }
    Stdout.print(host, json ? json(gone) + "\n" : text(gone));
    return 0;
  }

  private String text(List<CacheContents.Entry> gone) {
    StringBuilder text = new StringBuilder();
    String verb = dryRun ? "would delete" : "deleted";
    for (CacheContents.Entry entry : gone) {
      double mib = SystemDfCommand.mib(entry.bytes());
      String why = entry.useless() == null ? "not in use" : entry.useless();
      text.append("%s %s, %.1f MiB: %s%n".formatted(verb, entry.path(), mib, why));
    }
    long sum = gone.stream().mapToLong(CacheContents.Entry::bytes).sum();
    return text.append("%s %.1f MiB%n".formatted(verb, SystemDfCommand.mib(sum))).toString();
  }

  private String json(List<CacheContents.Entry> gone) {
    Json json =
        new Json()
            .beginObject()
            .field("schema", "spore.system.prune.result.v1")
            .field("schema_version", 1)
            .field("dry_run", dryRun)
            .field("bytes", gone.stream().mapToLong(CacheContents.Entry::bytes).sum())
            .beginArray("deleted");
    gone.forEach(entry -> {
      SystemDfCommand.fields(json.beginObject(), entry);
      json.endObject();
    });
    return json.endArray().endObject().toString();
  }
}
