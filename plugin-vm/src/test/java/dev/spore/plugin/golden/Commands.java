package dev.spore.plugin.golden;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.PolicyException;
import dev.spore.plugin.PolicyFileException;
import dev.spore.plugin.VerifyException;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.asm.CasmText;
import dev.spore.plugin.debug.DebugCommand;
import dev.spore.plugin.debug.DebugException;
import dev.spore.plugin.debug.DebugSession;
import dev.spore.plugin.inspect.Inspection;
import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.lang.Compiler;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.ModuleFile;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.policy.PolicyFile;
import dev.spore.plugin.replay.Audit;
import dev.spore.plugin.replay.Replay;
import dev.spore.plugin.replay.ReplayOutcome;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceMetadata;
import dev.spore.plugin.trace.TraceSlice;
import dev.spore.plugin.trace.TraceWriter;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.ValueText;
import dev.spore.plugin.verify.Verifier;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The original's commands over files in memory, as far as this module has what they need. */
final class Commands {
  /** A command this module has nothing for yet. */
  static final class NotSupported extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** An error told as the original does. */
  private static final class Told extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Told(String message) {
      super(message);
    }
  }

  private final Map<String, byte[]> files;
  private final String input;
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder err = new StringBuilder();

  Commands(Map<String, byte[]> files, String input) {
    this.files = files;
    this.input = input;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  /** The exit code. */
  int run(List<String> argv) {
    try {
      return command(argv);
    } catch (Told e) {
      err.append("Error: ").append(e.getMessage()).append('\n');
    } catch (PolicyFileException e) {
      Throwable cause = e.getCause();
      told(e, cause == null ? null : cause.getMessage());
    } catch (VerifyException | PolicyException e) {
      told(e, Objects.requireNonNull(e.getMessage()).replaceFirst("^[a-z]+ error: ", ""));
    } catch (PluginException e) {
      told(e, null);
    }
    return 1;
  }

  private void told(PluginException e, @Nullable String cause) {
    err.append("Error: ").append(e.getMessage()).append('\n');
    if (cause != null) {
      err.append("\nCaused by:\n    ").append(cause.replace("\n", "\n    ")).append('\n');
    }
  }

  private int command(List<String> argv) {
    Args args = new Args(argv);
    switch (argv.getFirst()) {
      case "verify" -> {
        PluginModule module = load(args.file());
        out.append(
            "verified module %s: %d functions, %d capabilities\n"
                .formatted(module.name(), module.functions().size(), module.capabilities().size()));
      }
      case "assemble" -> write(args.option("--out"), Cmod.encode(load(args.file())));
      case "negotiate" -> negotiate(args);
      case "run" -> run(args);
      case "trace" -> trace(args);
      case "compile" -> compile(args);
      case "replay" -> replay(args);
      case "audit" -> audit(args);
      case "inspect" -> Inspection.of(readable(args), line -> out.append(line).append('\n'));
      case "trace-slice" -> slice(args);
      case "debug" -> debug(args);
      default -> throw new NotSupported();
    }
    return 0;
  }

  private PluginModule load(String path) {
    byte[] bytes = Objects.requireNonNull(files.get(path), path);
    PluginModule module;
    if (path.endsWith(".casm")) {
      module = Assembler.assemble(text(bytes, "assembly module is not valid UTF-8"));
    } else if (path.endsWith(".chr")) {
      module = Compiler.compile(text(bytes, "language source is not valid UTF-8"));
    } else {
      module = ModuleFile.decode(bytes);
    }
    Verifier.verify(module);
    return module;
  }

  private static String text(byte[] bytes, String message) {
    return Utf8.fault(bytes, 0, bytes.length)
        .map(fault -> {
          throw new Told(message + "\n\nCaused by:\n    " + fault);
        })
        .map(String::valueOf)
        .orElseGet(() -> Utf8.decode(bytes, 0, bytes.length));
  }

  private Policy policy(String path) {
    byte[] bytes = Objects.requireNonNull(files.get(path), path);
    if (Utf8.fault(bytes, 0, bytes.length).isPresent()) {
      throw new Told(
          "failed to read policy "
              + path
              + "\n\nCaused by:\n    stream did not contain valid UTF-8");
    }
    return PolicyFile.parse(Utf8.decode(bytes, 0, bytes.length));
  }

  private void write(String path, byte[] bytes) {
    files.put(path, bytes);
    out.append("wrote ").append(path).append('\n');
  }

  private HostRegistry host() {
    return HostRegistry.withBuiltins(out::append, Clock.systemUTC(), new Random(1));
  }

  private void negotiate(Args args) {
    PluginModule module = load(args.file());
    Negotiation negotiation = Negotiation.of(module, policy(args.option("--policy")), host());
    negotiation.entries().forEach(entry -> out.append(entry.text()).append('\n'));
    if (!negotiation.isSuccess()) {
      throw new Told("capability negotiation failed");
    }
  }

  private void run(Args args) {
    PluginModule module = load(args.file());
    Policy policy = policy(args.option("--policy"));
    Negotiation.of(module, policy, host()).require();
    RunLimits limits = limits(args);
    Outcome outcome =
        Interpreter.run(
            Program.of(module),
            args.option("--entry", "main"),
            limits,
            new LiveCapabilities(policy, host()),
            null);
    switch (outcome) {
      case Outcome.Returned(var value) -> out.append(ValueText.plain(value)).append('\n');
      case Outcome.Failed(PluginException failure) ->
          throw new Told(Objects.requireNonNull(failure.getMessage()));
    }
  }

  private void compile(Args args) {
    byte[] bytes = Objects.requireNonNull(files.get(args.file()));
    if (Utf8.fault(bytes, 0, bytes.length).isPresent()) {
      throw new Told(
          "failed to read source "
              + args.file()
              + "\n\nCaused by:\n    stream did not contain valid UTF-8");
    }
    PluginModule module = Compiler.compile(Utf8.decode(bytes, 0, bytes.length));
    byte[] output =
        args.option("--emit", "binary").equals("casm")
            ? CasmText.render(module).getBytes(StandardCharsets.UTF_8)
            : Cmod.encode(module);
    write(args.option("--out"), output);
  }

  private void trace(Args args) {
    PluginModule module = load(args.file());
    byte[] policyFile = Objects.requireNonNull(files.get(args.option("--policy")));
    Policy policy = policy(args.option("--policy"));
    RunLimits limits = limits(args);
    Negotiation negotiation = Negotiation.of(module, policy, host());
    negotiation.require();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    String entry = args.option("--entry", "main");
    TraceWriter writer = new TraceWriter(module, entry, file::write);
    Outcome outcome =
        Interpreter.run(
            Program.of(module), entry, limits, new LiveCapabilities(policy, host()), writer);
    writer.finish(outcome, TraceMetadata.of(module, policyFile, limits, negotiation));
    files.put(args.option("--out"), file.toByteArray());
    if (outcome instanceof Outcome.Failed(PluginException failure)) {
      throw new Told("trace captured error: " + failure.getMessage());
    }
    out.append("wrote ").append(args.option("--out")).append('\n');
  }

  private TraceFile readable(Args args) {
    TraceFile trace = TraceFile.of(Objects.requireNonNull(files.get(args.file()), args.file()));
    try {
      trace.summary();
    } catch (DecodeException e) {
      throw new Told(
          "failed to decode trace\n\nCaused by:\n    "
              + Objects.requireNonNull(e.getMessage()).replaceFirst("^decode error: ", ""));
    }
    return trace;
  }

  private void replay(Args args) {
    switch (Replay.of(readable(args))) {
      case ReplayOutcome.Valid valid -> out.append(valid.text()).append('\n');
      case ReplayOutcome.Failed(PluginException cause) -> throw cause;
      case ReplayOutcome.Refused refused -> {
        err.append("replay failed: ").append(refused.what()).append('\n');
        if (refused.divergence() != null) {
          refused
              .divergence()
              .lines(args.has("--verbose"))
              .forEach(line -> err.append(line).append('\n'));
        }
        throw new Told(refused.what());
      }
    }
  }

  private void audit(Args args) {
    Audit audit = Audit.of(readable(args));
    out.append(args.has("--json") ? audit.json() : audit.text());
    if (!audit.isValid()) {
      throw new Told("trace audit failed: " + audit.outcome().failure());
    }
  }

  private void slice(Args args) {
    TraceFile trace = readable(args);
    long from = args.number("--from", 0);
    long to = args.number("--to", 0);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    long checksum = TraceSlice.write(trace, from, to, file::write);
    String path = args.option("--out");
    files.put(path, file.toByteArray());
    out.append(
        "wrote %d events %d..=%d to %s checksum %s\n"
            .formatted(to - from + 1, from, to, path, Long.toUnsignedString(checksum)));
  }

  private void debug(Args args) {
    TraceFile trace = readable(args);
    try (DebugSession session =
        new DebugSession(trace, this::export, line -> out.append(line).append('\n'))) {
      if (!session.start()) {
        return;
      }
      if (args.has("--commands")) {
        for (String line : DebugCommand.split(args.option("--commands"))) {
          if (!session.run(line)) {
            return;
          }
        }
        return;
      }
      Iterator<String> typed = input.lines().iterator();
      for (out.append(DebugSession.PROMPT); typed.hasNext(); out.append(DebugSession.PROMPT)) {
        if (!session.run(typed.next())) {
          return;
        }
      }
    } catch (DebugException e) {
      throw new Told(
          e.message() + e.reason().map(text -> "\n\nCaused by:\n    " + text).orElse(""));
    }
  }

  private void export(String path, Consumer<ByteSink> content) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    content.accept(file::write);
    files.put(path, file.toByteArray());
  }

  private static RunLimits limits(Args args) {
    if (args.has("--unbounded")) {
      if (args.has("--max-")) {
        throw new Told("--unbounded cannot be combined with explicit --max-* limits");
      }
      return RunLimits.unbounded();
    }
    return new RunLimits(
        args.number("--max-instructions", 100_000),
        args.number("--max-call-depth", 64),
        args.number("--max-registers", 1024),
        args.number("--max-array-items", 4096),
        PluginLimits.RUN_MEMORY_BYTES);
  }

  /** Arguments of well-formed command lines. */
  private record Args(List<String> argv) {
    String file() {
      return argv.get(1);
    }

    boolean has(String prefix) {
      return argv.stream().anyMatch(arg -> arg.startsWith(prefix));
    }

    String option(String name) {
      return argv.get(argv.indexOf(name) + 1);
    }

    String option(String name, String otherwise) {
      return argv.contains(name) ? option(name) : otherwise;
    }

    long number(String name, long otherwise) {
      return Long.parseUnsignedLong(option(name, Long.toString(otherwise)));
    }
  }
}
