package dev.spore.plugin.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.asm.CasmText;
import dev.spore.plugin.lang.Compiler;
import dev.spore.plugin.module.ModuleFile;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.policy.PolicyFile;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.verify.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The programs of the golden runs, with their limits and policies. */
@RequiresKvm
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GoldenRunsOnBothTest {
  private static final String GOLDEN = "/dev/spore/plugin/golden/";

  private final Map<String, List<String>> makers = new HashMap<>();
  private GuestEngine engine;

  @BeforeAll
  void open() {
    engine = new GuestEngine(Kvm.open());
  }

  @AfterAll
  void close() {
    engine.close();
  }

  private static Optional<byte[]> resource(String name) {
    try (InputStream in = GoldenRunsOnBothTest.class.getResourceAsStream(GOLDEN + name)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] file(String path) {
    return resource("files/" + path).orElseThrow();
  }

  @TestFactory
  List<DynamicTest> sameAsInJava() {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode run : JsonMapper.shared().readTree(resource("own.json").orElseThrow())) {
      List<String> argv = new ArrayList<>();
      run.get("argv").forEach(arg -> argv.add(arg.asString()));
      if (argv.getFirst().equals("compile") || argv.getFirst().equals("assemble")) {
        makers.put(option(argv, "--out").orElseThrow(), argv);
      }
      boolean runs = argv.getFirst().equals("run") || argv.getFirst().equals("trace");
      // A crash of the original, or a run that did not begin, has nothing to compare.
      if (runs && run.get("exit").asInt() < 100) {
        tests.add(DynamicTest.dynamicTest(run.get("id").asString(), () -> check(run, argv)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests;
  }

  private void check(JsonNode run, List<String> argv) {
    PluginModule module;
    Policy policy;
    try {
      module = module(argv.get(1));
      Verifier.verify(module);
      policy = PolicyFile.parse(text(option(argv, "--policy").orElseThrow()));
      Negotiation.of(module, policy, host()).require();
    } catch (PluginException e) {
      assertThat(run.get("exit").asInt()).isEqualTo(1);
      return;
    }
    RunLimits limits =
        new RunLimits(
            number(argv, "--max-instructions", 100_000),
            number(argv, "--max-call-depth", 64),
            number(argv, "--max-registers", 1024),
            number(argv, "--max-array-items", 4096),
            PluginLimits.RUN_MEMORY_BYTES);
    Both.Seen seen =
        Both.run(
            engine,
            module,
            option(argv, "--entry").orElse("main"),
            limits,
            () -> new LiveCapabilities(policy, host()));
    boolean failed = run.get("exit").asInt() != 0;
    assertThat(seen.outcome().startsWith("returned ")).isEqualTo(!failed);
    if (failed) {
      assertThat(run.get("stderr").asString())
          .contains(seen.outcome().substring(seen.outcome().indexOf(' ') + 1));
    }
  }

  private static HostRegistry host() {
    Clock clock = Clock.fixed(Instant.ofEpochSecond(1_800_000_000), ZoneOffset.UTC);
    return HostRegistry.withBuiltins(line -> {}, clock, new Random(1));
  }

  private static String text(String path) {
    return new String(file(path), StandardCharsets.UTF_8);
  }

  /** A source, or what another golden run makes of one. */
  private PluginModule module(String path) {
    if (path.startsWith("src/") || path.startsWith("malformed/in/")) {
      if (path.endsWith(".chr")) {
        return Compiler.compile(text(path));
      }
      return path.endsWith(".casm")
          ? Assembler.assemble(text(path))
          : ModuleFile.decode(file(path));
    }
    List<String> made = Objects.requireNonNull(makers.get(path), path);
    PluginModule source = module(made.get(1));
    return path.endsWith(".casm") ? Assembler.assemble(CasmText.render(source)) : source;
  }

  private static Optional<String> option(List<String> argv, String name) {
    int at = argv.indexOf(name);
    return at < 0 ? Optional.empty() : Optional.of(argv.get(at + 1));
  }

  private static Long number(List<String> argv, String name, long otherwise) {
    return option(argv, name).map(Long::parseUnsignedLong).orElse(otherwise);
  }
}
