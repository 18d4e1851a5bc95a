package dev.spore.cli;

import dev.spore.cli.plugin.PluginWarmUp;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The training run of the JVM's AOT cache: does what a run does up to the first guest instructions,
 * and loads what comes after. The launcher calls it at set-up.
 */
final class WarmUpCommand implements Command {
  /** Past machine creation and a good part of the kernel's console, on every kind of host. */
  private static final Duration BOOT = Duration.ofMillis(1500);

  @Override
  public OptionTable options() {
    return new OptionTable();
  }

  @Override
  public String summary() {
    return "Usage: spore warm-up [plugin]\n\nTrains the JVM's AOT cache; the launcher calls it.\n";
  }

  @Override
  public String details() {
    return "";
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline)
      throws InterruptedException {
    try {
      loadOwnClasses();
      if (words.equals(List.of("plugin"))) {
        return plugins();
      }
    } catch (IOException e) {
      throw new SporeException(ErrorCode.RUNTIME_EXECUTION_FAILED, "cannot warm up: " + e, e);
    }
    HostStreams quiet = quiet();
    for (String line :
        List.of(
            "--help",
            "run --help",
            "run --no-such-flag x",
            "run --memory 0 x",
            "doctor",
            "doctor --json")) {
      Main.run(List.of(line.split(" ")), quiet, new Timeline());
    }
    // Ends by its boot timeout, or early on a host without KVM; both are fine for training.
    String enough = BOOT.toMillis() + "ms";
    Main.run(
        List.of(
            "run",
            "--cold",
            "--memory",
            "64mb",
            "--boot-timeout",
            enough,
            "--timing",
            "--",
            "/bin/true"),
        quiet,
        timeline);
    return 0;
  }

  /** Commands of plugins, which start with a cache of their own: they need no machine. */
  private static int plugins() throws IOException {
    Path directory = Files.createTempDirectory("spore-warm-up");
    try {
      PluginWarmUp.run(directory);
    } finally {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
    return 0;
  }

  private static HostStreams quiet() {
    OutputStream nowhere = OutputStream.nullOutputStream();
    return new HostStreams(
        InputStream.nullInputStream(),
        nowhere,
        nowhere,
        new PrintStream(nowhere, true, StandardCharsets.UTF_8),
        false);
  }

  /** Every class of ours, so that what a training run does not reach is in the cache too. */
  private static void loadOwnClasses() throws IOException {
    ModuleLayer layer = Main.class.getModule().getLayer();
    if (layer == null) {
      return;
    }
    for (ResolvedModule module : layer.configuration().modules()) {
      if (module.name().startsWith("dev.spore.")) {
        Module loaded = layer.findModule(module.name()).orElseThrow();
        try (ModuleReader reader = module.reference().open();
            Stream<String> names = reader.list()) {
          names
              .filter(name -> name.endsWith(".class") && !name.equals("module-info.class"))
              .forEach(name -> Class.forName(loaded, className(name)));
        }
      }
    }
  }

  private static String className(String resource) {
    return resource.substring(0, resource.length() - ".class".length()).replace('/', '.');
  }
}
