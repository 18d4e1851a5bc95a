package dev.spore.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code spore system df}. */
final class SystemDfCommand implements Command {
  private boolean json;

  @Override
  public OptionTable options() {
    return new OptionTable().flag("--json", "print one result object", () -> json = true);
  }

  @Override
  public String summary() {
    return """
    Usage: spore system df [--json]

    Says what Spore's cache directory holds: what the launcher has built, machines kept for a fast
    start, and flat files of saved memory; how large each is, and whether a machine uses it now.
    """;
  }

  @Override
  public String details() {
    return """
    Sizes are the lengths of files; a backing takes less room, for it has holes. spore system prune
    deletes what is of no use. Of kept machines there are never more than 8, of backings 16.
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline) {
    Commands.refuseWords("system df", words, exact);
    Path cache = Installation.current().cache();
    List<CacheContents.Entry> entries = CacheContents.of(cache);
    Stdout.print(host, json ? json(cache, entries) + "\n" : text(cache, entries));
    return 0;
  }

  private static String text(Path cache, List<CacheContents.Entry> entries) {
    StringBuilder text = new StringBuilder("%-9s %9s  %s%n".formatted("kind", "MiB", "what"));
    long sum = 0;
    for (CacheContents.Entry entry : entries) {
      sum += entry.bytes();
      String state =
          entry.inUse() ? ", in use" : entry.useless() == null ? "" : ", " + entry.useless();
      Path what = cache.relativize(entry.path());
      text.append("%-9s %9.1f  %s%s%n".formatted(entry.kind(), mib(entry.bytes()), what, state));
    }
    return text.append("%-9s %9.1f  %s%n".formatted("all", mib(sum), cache)).toString();
  }

  static double mib(long bytes) {
    return bytes / (double) (1 << 20);
  }

  private static String json(Path cache, List<CacheContents.Entry> entries) {
    Json json =
        new Json()
            .beginObject()
            .field("schema", "spore.system.df.result.v1")
            .field("schema_version", 1)
            .field("cache", cache.toString())
            .field("bytes", entries.stream().mapToLong(CacheContents.Entry::bytes).sum())
            .beginArray("entries");
    entries.forEach(entry -> {
      fields(json.beginObject(), entry);
      json.field("in_use", entry.inUse())
          .fieldOrNull(
              "last_used", entry.lastUsed() == null ? null : Objects.toString(entry.lastUsed()))
          .endObject();
    });
    return json.endArray().endObject().toString();
  }

  /** What is said of an entry wherever it appears. */
  static void fields(Json json, CacheContents.Entry entry) {
    json.field("kind", entry.kind())
        .field("path", entry.path().toString())
        .field("bytes", entry.bytes())
        .fieldOrNull("useless", entry.useless());
  }
}
