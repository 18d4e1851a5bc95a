package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.snapshot.SnapshotLimits;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeFork;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore checkpoint fork}. */
final class ForkCommand implements Command {
  private @Nullable String count;
  private @Nullable String out;
  private boolean json;

  @Override
  public OptionTable options() {
    return new OptionTable()
        .value(
            "--count",
            "N",
            "how many children, 1 to " + SnapshotLimits.FORK_CHILDREN_MAX,
            v -> count = v)
        .value("--out", "DIR", "where they go; nothing may be there yet", v -> out = v)
        .flag("--json", "print one result object", () -> json = true);
  }

  @Override
  public String summary() {
    return """
    Usage: spore checkpoint fork DIR --count N --out DIR [--json]

    Makes N saved machines of one, named 000000 and up in the directory given. Nothing is run and no
    memory is copied: a child is a manifest of its own and links to the chunks they all share.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore checkpoint fork base.spore --count 20 --out children
      spore run --from children/000007 'cat /run/spore/env'

    Each child knows in its guest which one it is: /run/spore/env has SPORE_FORK_INDEX,
    SPORE_FORK_COUNT and SPORE_FORK_BATCH_ID. The source is not changed and not needed any more.
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline) {
    String name = Commands.oneWord("checkpoint fork DIR --count N --out DIR", words, exact);
    if (count == null) {
      throw new SporeException(
          ErrorCode.USAGE_MISSING_ARGUMENT, "say how many children: --count N");
    }
    int children = children(count);
    if (out == null) {
      throw new SporeException(
          ErrorCode.USAGE_MISSING_ARGUMENT,
          "say where the children go: spore checkpoint fork %s --out DIR".formatted(name));
    }
    Path target = HostFiles.path("--out", out);
    Spore source = Spore.open(HostFiles.path("checkpoint fork", name));
    SporeFork.Report report = SporeFork.fork(source, children, target);
    Stdout.print(host, json ? json(source, target, report) + "\n" : text(target, report));
    return 0;
  }

  /** What {@code --count} says. */
  static int children(String count) {
    if (count.matches("[1-9][0-9]{0,4}")) {
      int children = Integer.parseInt(count);
      if (children <= SnapshotLimits.FORK_CHILDREN_MAX) {
        return children;
      }
    }
    throw new SporeException(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "--count '%s': a whole number from 1 to %d is needed"
            .formatted(count, SnapshotLimits.FORK_CHILDREN_MAX));
  }

  private static String text(Path target, SporeFork.Report report) {
    String last = SporeFork.childName(report.children() - 1);
    return "%s: %d children, %s to %s%n"
        .formatted(target, report.children(), SporeFork.childName(0), last);
  }

  private static String json(Spore source, Path target, SporeFork.Report report) {
    return new Json()
        .beginObject()
        .field("schema", "spore.checkpoint.fork.result.v1")
        .field("schema_version", 1)
        .field("directory", target.toString())
        .field("parent", source.id().toString())
        .field("batch", report.batch())
        .field("count", report.children())
        .field("first", SporeFork.childName(0))
        .field("last", SporeFork.childName(report.children() - 1))
        .field("chunks", report.chunks())
        .endObject()
        .toString();
  }
}
