package dev.spore.cli.plugin;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.guest.EngineChoice;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.PluginHost;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.ValueText;

/** {@code spore plugin run}. */
final class RunCommand implements PluginCommand {
  @Override
  public Flags flags() {
    Flags flags =
        new Flags("run")
            .word("MODULE")
            .required("--policy", "FILE", "what the plugin may use (TOML)")
            .value("--entry", "NAME", "which export to run; main if not given");
    return LimitFlags.addTo(EngineFlag.addTo(flags)).flag("--json", "print one result object");
  }

  @Override
  public String summary() {
    return """
    Runs an entry of a module within limits and prints what the plugin logs, then the result. The
    plugin reaches nothing but the capabilities its policy grants.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore plugin run plugin.chr --policy policy.toml
      spore plugin run plugin.cmod --policy policy.toml --entry check --max-instructions 5000
      spore plugin run plugin.cmod --policy policy.toml --engine java
      spore plugin run --json plugin.cmod --policy policy.toml | jq .result

    Exit code 1 if the plugin fails or meets a limit: standard error says which. With --json the
    object has the engine, the logged text as output, and result or error.
    """;
  }

  @Override
  public int execute(Arguments arguments, Console console) {
    PluginModule module = PluginFiles.module(console, arguments.word(0));
    Policy policy = PluginFiles.policy(console, arguments.required("--policy")).policy();
    boolean json = arguments.has("--json");
    StringBuilder output = new StringBuilder();
    PluginHost host =
        CommandHost.printing(
            json
                ? output::append
                : line -> {
                  console.print(line);
                  console.flush();
                });
    Negotiation.of(module, policy, host).require();
    RunLimits limits = LimitFlags.of(arguments);
    String entry = entry(arguments);
    Program program = Program.of(module);
    Outcome outcome;
    String engine;
    try (EngineChoice choice = EngineFlag.choose(arguments, program, limits)) {
      engine = choice.name();
      outcome =
          choice
              .engine()
              .run(program, entry, limits, null, new LiveCapabilities(policy, host), null);
    }
    if (json) {
      return reply(console, module, entry, engine, outcome, output.toString());
    }
    return switch (outcome) {
      case Outcome.Returned(var value) -> {
        console.print(ValueText.plain(value) + "\n");
        yield 0;
      }
      case Outcome.Failed(PluginException failure) ->
          throw new CommandFailure(String.valueOf(failure.getMessage()));
    };
  }

  /** The export a command line names. */
  static String entry(Arguments arguments) {
    String entry = arguments.value("--entry");
    return entry == null ? "main" : entry;
  }

  private static int reply(
      Console console,
      PluginModule module,
      String entry,
      String engine,
      Outcome outcome,
      String output) {
    return switch (outcome) {
      case Outcome.Returned(var value) -> {
        Reply.ok(
            console,
            "run",
            json -> {
              context(json, module, entry, engine, output);
              json.key("result").value(value).key("text").string(ValueText.plain(value));
            });
        yield 0;
      }
      case Outcome.Failed(PluginException e) -> {
        Failure failure = Failure.of(e);
        Reply.failed(console, "run", failure, json -> context(json, module, entry, engine, output));
        console.say("Error: " + failure.message());
        yield 1;
      }
    };
  }

  private static void context(
      JsonWriter json, PluginModule module, String entry, String engine, String output) {
    json.key("module").string(module.name()).key("module_digest").string(Cmod.digest(module));
    json.key("entry").string(entry).key("engine").string(engine).key("output").string(output);
  }
}
