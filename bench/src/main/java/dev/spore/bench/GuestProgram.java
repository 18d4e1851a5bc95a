package dev.spore.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Small C programs, resources of this package, that run in the guest and on the host alike. */
final class GuestProgram {
  private GuestProgram() {}

  /** Compiles one, static. */
  static Path compile(Setup setup, String name) throws IOException, InterruptedException {
    Path source = setup.scratch().resolve(name);
    try (InputStream resource = GuestProgram.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalArgumentException("no resource " + name);
      }
      Files.copy(resource, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path program = setup.scratch().resolve(name.substring(0, name.length() - ".c".length()));
    Process compiler =
        new ProcessBuilder(
                setup.compiler(),
                "-std=c17",
                "-O2",
                "-static",
                "-s",
                "-Wall",
                "-Werror",
                "-o",
                program.toString(),
                source.toString())
            .inheritIO()
            .start();
    if (compiler.waitFor() != 0) {
      throw new IllegalStateException(setup.compiler() + " cannot compile " + name);
    }
    return program;
  }
}
