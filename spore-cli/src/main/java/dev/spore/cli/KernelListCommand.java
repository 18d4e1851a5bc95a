package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code spore kernel list}: one line for each kernel in the cache. */
final class KernelListCommand implements Command {
  private boolean json;

  @Override
  public OptionTable options() {
    return new OptionTable().flag("--json", "print one result object", () -> json = true);
  }

  @Override
  public String summary() {
    return """
    Usage: spore kernel list [--json]

    Lists the guest kernels in the cache, one path a line.
    """;
  }

  @Override
  public String details() {
    return "";
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline) {
    Commands.refuseWords("kernel list", words, exact);
    List<Path> kernels = built(Installation.current().cache().resolve("kernels"));
    if (kernels.isEmpty() && !json) {
      host.say("spore: no kernel is built yet; spore kernel build makes one");
    }
    Stdout.print(host, json ? jsonOf(kernels) : textOf(kernels));
    return 0;
  }

  /** Every finished kernel of the cache, in name order. */
  static List<Path> built(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.resolve("vmlinux"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.CACHE_UNAVAILABLE, directory + ": " + HostFiles.reason(e), e);
    }
  }

  private static String textOf(List<Path> kernels) {
    StringBuilder text = new StringBuilder();
    kernels.forEach(kernel -> text.append(kernel).append('\n'));
    return text.toString();
  }

  private static String jsonOf(List<Path> kernels) {
    Json object =
        new Json()
            .beginObject()
            .field("schema", "spore.kernel.list.result.v1")
            .field("schema_version", 1)
            .beginArray("kernels");
    kernels.forEach(kernel -> object.element(kernel.toString()));
    return object.endArray().endObject() + "\n";
  }
}
