package dev.spore.vmm.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The agent's engine, built from guest/agent by make and run as a process of this machine. */
final class HostAgent implements AutoCloseable {
  private final Path directory;
  private final Process process;

  private HostAgent(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /**
   * Builds it if needed and starts it.
   *
   * @param arguments after the socket: a root error to report
   */
  static HostAgent start(String... arguments) throws Exception {
    Path directory = Files.createTempDirectory("spore-agent");
    List<String> command = new ArrayList<>();
    command.add(build().toString());
    command.add(directory.resolve("s").toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).inheritIO().start();
    HostAgent agent = new HostAgent(directory, process);
    while (!Files.exists(agent.socket()) && process.isAlive()) {
      Thread.sleep(5);
    }
    return agent;
  }

  private static synchronized Path build() throws Exception {
    Path out = Path.of("target", "agent").toAbsolutePath();
    Process make =
        new ProcessBuilder("make", "-s", "-C", "../guest/agent", "OUT=" + out, "host")
            .redirectErrorStream(true)
            .start();
    String text = new String(make.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (make.waitFor() != 0) {
      throw new IOException("make of the agent failed:\n" + text);
    }
    return out.resolve("agent-on-host");
  }

  /** What it would have put under /run/spore when it was resumed. */
  String resumed() throws IOException {
    return Files.readString(directory.resolve("s.resumed"));
  }

  /** What it would have set the guest's wall clock to, in nanoseconds since 1970. */
  long clock() throws IOException {
    return Long.parseLong(Files.readString(directory.resolve("s.clock")).strip());
  }

  /** There while it holds the processes of a guest. */
  Path frozen() {
    return directory.resolve("s.frozen");
  }

  /** Made by a test in which they cannot be held. */
  Path stuck() {
    return directory.resolve("s.stuck");
  }

  private Path socket() {
    return directory.resolve("s");
  }

  long pid() {
    return process.pid();
  }

  /** Waits for the agent itself to end. */
  int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  SocketChannel open() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    while (true) {
      try {
        channel.connect(UnixDomainSocketAddress.of(socket()));
        return channel;
      } catch (IOException e) {
        // Bound, not listening yet.
        if (!process.isAlive()) {
          throw e;
        }
        channel.close();
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Thread.onSpinWait();
      }
    }
  }

  /** A shaken-hands connection; retries while the agent still serves an earlier one. */
  AgentClient connect() throws Exception {
    SocketChannel channel = open();
    InputStream in = Channels.newInputStream(channel);
    return AgentClient.connect(in, Channels.newOutputStream(channel), channel);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.deleteIfExists(socket());
    Files.deleteIfExists(directory.resolve("s.resumed"));
    Files.deleteIfExists(directory.resolve("s.clock"));
    Files.deleteIfExists(frozen());
    Files.deleteIfExists(stuck());
    Files.delete(directory);
  }
}
