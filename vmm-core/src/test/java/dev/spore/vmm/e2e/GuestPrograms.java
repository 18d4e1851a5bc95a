package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles the C programs beside these tests for the guest: static, so that they need no library.
 */
final class GuestPrograms {
  private GuestPrograms() {}

  /** Compiles {@code name}.c to {@code dir}/{@code name}. */
  static Path compile(String name, Path dir, String... flags)
      throws IOException, InterruptedException {
    Path source = dir.resolve(name + ".c");
    try (InputStream text = GuestPrograms.class.getResourceAsStream(name + ".c")) {
      assertThat(text).as("the source of " + name).isNotNull();
      Files.copy(text, source);
    }
    Path program = dir.resolve(name);
    List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-Werror", "-static"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-o", program.toString(), source.toString()));
    HostCommand.run(command);
    return program;
  }

  /** Whether programs here, and so in the guest, find AVX2. */
  static boolean hostHasAvx2() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .anyMatch(line -> line.startsWith("flags") && line.contains(" avx2"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
