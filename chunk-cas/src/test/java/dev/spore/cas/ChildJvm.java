package dev.spore.cas;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own for a test: with other flags, or to be killed. */
final class ChildJvm {
  record Result(int status, String output, String errors) {}

  private ChildJvm() {}

  /** Runs a main class of these tests to its end. */
  static Result run(List<String> flags, Class<?> main, String... arguments) throws Exception {
    Path errors = Files.createTempFile("child", ".err");
    try {
      Process child = start(flags, main, errors, arguments);
      String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(child.waitFor(), output, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }

  static Process start(List<String> flags, Class<?> main, Path errors, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }

  /** Standard output of a child, at once. */
  static void print(String text) {
    try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
