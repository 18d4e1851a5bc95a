package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on its warm path: a finished set-up, with a script in the place of the JVM. */
final class LauncherTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private record Ended(int status, String stdout, String stderr) {}

  @TempDir Path dir;
  private Path java = Path.of("java");

  @BeforeEach
  void finishedSetUp() throws IOException {
    java = script("java", "printf '%s\\n' \"$@\"");
    Path cache = dir.resolve("spore");
    Files.createDirectories(cache.resolve("launch"));
    Files.createDirectories(cache.resolve("dist"));
    Path kernel = Files.createFile(cache.resolve("vmlinux"));
    stamp(List.of(java, cache.resolve("dist"), kernel, kernel));
  }

  private void stamp(List<Path> paths) throws IOException {
    String name = ROOT.toString().replace('/', '%');
    Path stamp =
        dir.resolve("spore/launch").resolve(name.substring(Math.max(0, name.length() - 200)));
    Files.write(stamp, paths.stream().map(Path::toString).toList());
  }

  private Path script(String name, String body) throws IOException {
    Path file = Files.writeString(dir.resolve(name), "#!/bin/bash\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** Runs {@code script} with {@code $0} the launcher and the arguments after it. */
  private Ended shell(String script, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/bash", "-c", script));
    command.add(ROOT.resolve("spore").toString());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("XDG_CACHE_HOME", dir.toString());
    builder.environment().putAll(environment);
    builder.environment().values().removeIf(String::isEmpty);
    builder.redirectOutput(dir.resolve("stdout").toFile());
    builder.redirectError(dir.resolve("stderr").toFile());
    int status = builder.start().waitFor();
    return new Ended(status, read("stdout"), read("stderr"));
  }

  private String read(String name) throws IOException {
    return Files.readString(dir.resolve(name), StandardCharsets.UTF_8);
  }

  @Test
  void argumentsReachTheProgramUnchanged() throws Exception {
    Ended ended =
        shell("exec \"$0\" \"$@\"", Map.of(), "run", "--", "a b", "", "$HOME", "é", "x\ny", "-D");

    assertThat(ended.stderr()).isEmpty();
    assertThat(ended.stdout())
        .endsWith(
            "--module\ndev.spore.cli/dev.spore.cli.Main\nrun\n--\na b\n\n$HOME\né\nx\ny\n-D\n")
        .contains("-Dspore.home=" + ROOT + "\n", "-Dspore.launched=");
  }

  @Test
  void theProgramsStatusPassesThrough() throws Exception {
    script("java", "exit 42");

    assertThat(shell("exec \"$0\" run x", Map.of()).status()).isEqualTo(42);
  }

  @Test
  void optionsForOtherJvmsDoNotReachThisOne() throws Exception {
    script("java", "echo \"${JAVA_TOOL_OPTIONS-none} ${JDK_JAVA_OPTIONS-none}\"");
    Map<String, String> hostile = Map.of("JAVA_TOOL_OPTIONS", "-Xint", "JDK_JAVA_OPTIONS", "-Xint");

    assertThat(shell("exec \"$0\" run x", hostile).stdout()).isEqualTo("none none\n");
  }

  @Test
  void closedDescriptorsAreNotLeftToBeReused() throws Exception {
    script("java", "readlink /proc/$$/fd/0 /proc/$$/fd/1 >&2; echo x >&1 || exit 9");

    Ended ended = shell("exec \"$0\" run x <&- >&-", Map.of());
    assertThat(ended.stderr()).startsWith("/dev/null\n/dev/null\n");
    // Still a stream that cannot be written, as the caller arranged it.
    assertThat(ended.status()).isEqualTo(9);
  }

  @Test
  void aLocaleWithoutUtf8IsReplaced() throws Exception {
    script("java", "echo \"$LC_ALL\"");

    assertThat(shell("exec \"$0\" run x", Map.of("LC_ALL", "C", "LANG", "")).stdout())
        .isEqualTo("C.UTF-8\n");
    assertThat(shell("exec \"$0\" run x", Map.of("LC_ALL", "de_DE.utf8")).stdout())
        .isEqualTo("de_DE.utf8\n");
  }

  @Test
  void aRunWithItsOwnKernelAndInitrdNeedsNoBuiltOnes() throws Exception {
    stamp(List.of(java, dir.resolve("spore/dist"), Path.of(""), Path.of("")));

    Ended ended = shell("exec \"$0\" run --kernel=k --initrd i x", Map.of());
    assertThat(ended.status()).isZero();
    assertThat(ended.stdout()).endsWith("run\n--kernel=k\n--initrd\ni\nx\n");
  }

  @Test
  void itWorksThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), ROOT.resolve("spore"));

    assertThat(shell("exec '" + link + "' run x", Map.of()).stdout())
        .contains("-Dspore.home=" + ROOT + "\n");
  }

  @Test
  void aCacheThatCannotBeIsOneClearLine() throws Exception {
    Ended unwritable = shell("exec \"$0\" run x", Map.of("XDG_CACHE_HOME", "/proc/no"));
    assertThat(unwritable.status()).isEqualTo(73);
    assertThat(unwritable.stderr())
        .isEqualTo(
            "spore: /proc/no/spore cannot be written; set XDG_CACHE_HOME to a directory that can\n");

    Ended homeless = shell("unset HOME; exec \"$0\" run x", Map.of("XDG_CACHE_HOME", ""));
    assertThat(homeless.status()).isEqualTo(73);
    assertThat(homeless.stderr()).startsWith("spore: neither XDG_CACHE_HOME nor HOME is set");
  }
}
