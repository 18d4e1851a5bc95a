package dev.spore.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The program's own three streams: raw for the guest's bytes, {@code messages} for ours.
 *
 * @param stdin unbuffered
 * @param stdout unbuffered, its failures show
 * @param stderr unbuffered, its failures show
 * @param messages lines for people, on standard error; a failure there has nobody left to tell
 * @param real these are descriptors 0 to 2 of this process, so that what belongs to the process,
 *     terminal and signals, belongs to the run
 */
record HostStreams(
    InputStream stdin,
    OutputStream stdout,
    OutputStream stderr,
    PrintStream messages,
    boolean real) {

  static HostStreams ofProcess() {
    OutputStream stderr = new FileOutputStream(FileDescriptor.err);
    return new HostStreams(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        stderr,
        new PrintStream(stderr, true, StandardCharsets.UTF_8),
        true);
  }

  void say(String line) {
    messages.println(line);
  }
}
