package dev.spore.vmm.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class in a JVM of its own and interferes at one of the system calls by which it
 * changes a directory: {@code atcall.c}, compiled with the host's gcc, traces it. What the class
 * under test is made of does not matter, no step is left out, and none has to be announced.
 * Thread-safe.
 */
public final class AtCall {
  /** Exit status of a child that was killed. */
  public static final int KILLED = 128 + 9;

  private static final long PATIENCE_SECONDS = 300;
  private static final int CANNOT_TRACE = 126;

  private final Path tracer;
  private final Path scratch;

  private AtCall(Path tracer, Path scratch) {
    this.tracer = tracer;
    this.scratch = scratch;
  }

  /**
   * What became of a child.
   *
   * @param calls those that were counted, each with its file, in order
   * @param output of the child and of the tracer
   */
  public record Traced(int status, List<String> calls, String output) {}

  /** Compiles the tracer in {@code scratch}, which lies in no directory that is watched. */
  public static AtCall compiled(Path scratch) throws IOException, InterruptedException {
    Path source = scratch.resolve("atcall.c");
    try (InputStream text = AtCall.class.getResourceAsStream("atcall.c")) {
      if (text == null) {
        throw new IOException("atcall.c is not among the resources");
      }
      Files.copy(text, source);
    }
    Path tracer = scratch.resolve("atcall");
    AtCall made = new AtCall(tracer, scratch);
    Traced compiled =
        made.run(
            List.of("gcc", "-O2", "-Wall", "-Werror", "-o", tracer.toString(), source.toString()));
    if (compiled.status() != 0) {
      throw new IOException("gcc: " + compiled.output());
    }
    return made;
  }

  /** Runs it to its end. */
  public Traced count(Path below, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(below, 0, "count", main, arguments);
  }

  /** Kills it before call {@code number}, from 1. */
  public Traced kill(int number, Path below, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(below, number, "kill", main, arguments);
  }

  /** Has the disk full from call {@code number} on, counting those alone that need space. */
  public Traced full(int number, Path below, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(below, number, "full", main, arguments);
  }

  private Traced run(Path below, int number, String what, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Path report = Files.createTempFile(scratch, "report", "");
    List<String> command = new ArrayList<>();
    command.addAll(List.of(tracer.toString(), report.toString(), below.toRealPath().toString()));
    command.addAll(List.of(Integer.toString(number), what));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // One processor: as many system calls each time, and in the same order.
    command.addAll(List.of("-XX:ActiveProcessorCount=1", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m", "-XX:-UsePerfData"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Traced ended = run(command);
    if (ended.status() == CANNOT_TRACE) {
      throw new IOException("cannot be traced: " + ended.output());
    }
    return new Traced(ended.status(), Files.readAllLines(report), ended.output());
  }

  private Traced run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(scratch, "output", "");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("does not end: " + command);
      }
    } finally {
      process.destroyForcibly();
    }
    return new Traced(
        process.exitValue(), List.of(), Files.readString(output, StandardCharsets.UTF_8));
  }
}
