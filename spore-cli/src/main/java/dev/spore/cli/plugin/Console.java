package dev.spore.cli.plugin;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where a command line comes from: its streams, and the directory that file names start from.
 * Results are buffered until {@link #flush}, which comes before every message.
 */
public final class Console {
  private final Path directory;
  private final InputStream stdin;
  private final OutputStream stdout;
  private final PrintStream messages;

  /**
   * @param stdout raw: its failures end the command with {@code stream.interrupted}
   * @param messages lines for people, on standard error
   */
  public Console(Path directory, InputStream stdin, OutputStream stdout, PrintStream messages) {
    this.directory = directory;
    this.stdin = stdin;
    this.stdout = new BufferedOutputStream(stdout, 1 << 15);
    this.messages = messages;
  }

  InputStream stdin() {
    return stdin;
  }

  /** The file a user means. */
  Path path(String name) {
    try {
      return directory.resolve(name);
    } catch (InvalidPathException e) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT, "not a file name: " + e.getReason(), e);
    }
  }

  /** Adds to standard output. */
  void print(String text) {
    print(text.getBytes(StandardCharsets.UTF_8));
  }

  void print(byte[] bytes) {
    try {
      stdout.write(bytes);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Shows what was printed so far. */
  void flush() {
    try {
      stdout.flush();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Prints a line of its own, or several, to standard error. */
  void say(String text) {
    flush();
    messages.print(text + "\n");
    messages.flush();
  }

  private static SporeException broken(IOException e) {
    return new SporeException(
        ErrorCode.STREAM_INTERRUPTED, "cannot write standard output: " + e.getMessage(), e);
  }
}
