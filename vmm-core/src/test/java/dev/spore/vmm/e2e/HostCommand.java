package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a tool on the host. */
final class HostCommand {
  private HostCommand() {}

  /** Runs it to its end, which must be a success; returns what it printed on both streams. */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output;
  }

  static String run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }
}
