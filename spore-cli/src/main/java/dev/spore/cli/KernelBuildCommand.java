package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore kernel build}: runs the build script of the source tree. */
final class KernelBuildCommand implements Command {
  private @Nullable String source;

  @Override
  public OptionTable options() {
    return new OptionTable()
        .value(
            "--source",
            "TARBALL",
            "Linux source to build (default: the distribution's package)",
            v -> source = v);
  }

  @Override
  public String summary() {
    return """
    Usage: spore kernel build [--source TARBALL]

    Builds the guest kernel unless the cache has it; some minutes. Prints its path.
    """;
  }

  @Override
  public String details() {
    return """
    Example:
      spore run --kernel "$(spore kernel build --source linux-6.1.tar.xz | sed -n 's/result //p')" uname -r
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline)
      throws InterruptedException {
    Commands.refuseWords("kernel build", words, exact);
    Path home = Installation.current().home();
    if (home == null) {
      throw new SporeException(
          ErrorCode.OBJECT_NOT_FOUND,
          "the kernel's build script is not here: run ./spore kernel build in Spore's source tree");
    }
    List<String> command = new ArrayList<>();
    command.add(home.resolve("guest/kernel/build.sh").toString());
    if (source != null) {
      Path tarball = HostFiles.path("--source", source);
      HostFiles.requireReadableFile("--source", tarball);
      command.addAll(List.of("--source", tarball.toAbsolutePath().toString()));
    }
    return build(command);
  }

  private static int build(List<String> command) throws InterruptedException {
    int status;
    try {
      status = new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.OBJECT_NOT_FOUND, command.getFirst() + ": " + HostFiles.reason(e), e);
    }
    return switch (status) {
      case 0 -> 0;
      case 22 -> throw failed(ErrorCode.OBJECT_INVALID);
      case 69 -> throw failed(ErrorCode.HOST_UNSUPPORTED);
      default -> throw failed(ErrorCode.RUNTIME_EXECUTION_FAILED);
    };
  }

  private static SporeException failed(ErrorCode code) {
    return new SporeException(code, "the kernel was not built; the lines above say why");
  }
}
