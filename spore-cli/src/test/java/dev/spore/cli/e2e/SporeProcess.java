package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.cli.Main;
import dev.spore.kvm.testing.GuestImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One {@code spore} process with its output in files. */
final class SporeProcess {
  /** How long a test waits before it calls a process hung; a boot on a busy host takes minutes. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Process process;
  private final Path dir;

  private SporeProcess(Process process, Path dir) {
    this.process = process;
    this.dir = dir;
  }

  /** How it ended and what it printed. */
  record Ended(int status, String stdout, String stderr) {}

  /** The command line that starts the program in a JVM of its own. */
  static List<String> commandLine(String... args) {
    List<String> command = new ArrayList<>();
    // Tests that run in the background of a script inherit an ignored SIGINT, which a JVM keeps.
    command.addAll(List.of("env", "--default-signal=INT,HUP"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dspore.kernel=" + GuestImages.kernel());
    command.add("-Dspore.initrd=" + GuestImages.initrd());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(args));
    return command;
  }

  /** Starts it without input. */
  static SporeProcess start(Path dir, String... args) throws IOException {
    return start(dir, Path.of("/dev/null"), dir.resolve("stdout"), args);
  }

  static SporeProcess start(Path dir, Path stdin, Path stdout, String... args) throws IOException {
    return start(dir, stdin, stdout, commandLine(args));
  }

  /** Starts it by a command line that is not its own alone. */
  static SporeProcess start(Path dir, List<String> command) throws IOException {
    return start(dir, Path.of("/dev/null"), dir.resolve("stdout"), command);
  }

  private static SporeProcess start(Path dir, Path stdin, Path stdout, List<String> command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectInput(stdin.toFile());
    builder.redirectOutput(stdout.toFile());
    builder.redirectError(dir.resolve("stderr").toFile());
    return new SporeProcess(builder.start(), dir);
  }

  /** Waits until it has printed {@code text}. */
  void awaitStdout(String text) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!read("stdout").contains(text)) {
      assertThat(process.isAlive() && System.nanoTime() < end)
          .as("'%s' is still to come after: %s%s", text, read("stdout"), read("stderr"))
          .isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  Ended await() throws IOException, InterruptedException {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("ends by itself; so far: %s", read("stderr"))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), read("stdout"), read("stderr"));
  }

  private String read(String name) throws IOException {
    Path file = dir.resolve(name);
    return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
  }
}
