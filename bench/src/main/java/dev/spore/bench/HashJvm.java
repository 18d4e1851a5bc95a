package dev.spore.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link HashWorker} that runs. */
final class HashJvm implements AutoCloseable {
  private final Process process;
  private final Writer words;
  private final BufferedReader answers;

  HashJvm(List<String> flags, Path file, Path store, Path errors) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=dev.spore.kvm"));
    command.addAll(flags);
    command.addAll(List.of("--module-path", System.getProperty("jdk.module.path")));
    command.addAll(List.of("--module", "dev.spore.bench/" + HashWorker.class.getName()));
    command.addAll(List.of(file.toString(), store.toString()));
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    words = process.outputWriter();
    answers = process.inputReader();
  }

  /** Does it once; nanoseconds. */
  long nanos(String word) throws IOException {
    words.write(word + "\n");
    words.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the JVM that hashes has ended");
    }
    return Long.parseLong(answer);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
