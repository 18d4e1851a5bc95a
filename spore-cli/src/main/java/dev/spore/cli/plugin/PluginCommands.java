package dev.spore.cli.plugin;

import dev.spore.plugin.PluginException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the command that follows {@code spore plugin} and runs it. Exit codes are the original's: 0
 * done, 1 failed, 2 a command line that cannot be understood.
 */
public final class PluginCommands {
  private static final int FAILED = 1;

  private PluginCommands() {}

  /**
   * Runs one command line.
   *
   * @param args what follows {@code plugin}
   * @return the exit code
   * @throws SporeException {@code usage.*} for a command line that cannot be understood, {@code
   *     stream.interrupted} if standard output is gone
   */
  public static int execute(List<String> args, Console console) {
    if (args.isEmpty()) {
      console.say(overview().stripTrailing());
      return ErrorCode.USAGE_MISSING_ARGUMENT.exitStatus();
    }
    String name = args.getFirst();
    List<String> rest = args.subList(1, args.size());
    int status =
        switch (name) {
          case "-h", "--help" -> show(console, overview());
          case "help" -> show(console, help(rest));
          default -> execute(name, rest, console);
        };
    console.flush();
    return status;
  }

  /**
   * The help on a command, or the overview if there is no word.
   *
   * @throws SporeException {@code usage.invalid_argument} if there is no such command
   */
  public static String help(List<String> words) {
    return words.isEmpty() ? overview() : help(find(words.getFirst()));
  }

  private static int show(Console console, String text) {
    console.print(text);
    return 0;
  }

  private static int execute(String name, List<String> args, Console console) {
    PluginCommand command = find(name);
    int end = args.indexOf("--");
    List<String> own = end < 0 ? args : args.subList(0, end);
    if (own.contains("--help") || own.contains("-h")) {
      return show(console, help(command));
    }
    Arguments arguments = command.flags().parse(args);
    try {
      return command.execute(arguments, console);
    } catch (PluginException e) {
      return fail(name, arguments, console, Failure.of(e));
    } catch (CommandFailure e) {
      return fail(name, arguments, console, Failure.of(e));
    }
  }

  private static int fail(String name, Arguments arguments, Console console, Failure failure) {
    if (arguments.has("--json")) {
      Reply.failed(console, name, failure, json -> {});
    }
    console.say(failure.text());
    return FAILED;
  }

  private static PluginCommand find(String name) {
    PluginCommand command = command(name);
    if (command == null) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "'" + name + "' is no command for plugins; spore plugin --help lists them");
    }
    return command;
  }

  private static @Nullable PluginCommand command(String name) {
    return switch (name) {
      case "assemble" -> new AssembleCommand();
      case "compile" -> new CompileCommand();
      case "disassemble" -> new DisassembleCommand();
      case "negotiate" -> new NegotiateCommand();
      case "run" -> new RunCommand();
      case "trace" -> new TraceCommand();
      case "verify" -> new VerifyCommand();
      default -> null;
    };
  }

  private static String help(PluginCommand command) {
    Flags flags = command.flags();
    String details = command.details();
    return "Usage: "
        + flags.usage()
        + "\n\n"
        + command.summary()
        + "\nFlags:\n"
        + flags.help()
        + (details.isEmpty() ? "" : "\n" + details);
  }

  private static String overview() {
    return """
    Usage: spore plugin COMMAND [OPTIONS]

    Small untrusted programs that are bounded, inspectable and replayable. What a plugin may use of
    its host is what its policy grants; what it did is what its trace says.

    Make:
      compile       a source (.chr) to a module (.cmod)
      assemble      assembly text (.casm), or any module, to a module
      disassemble   a module to assembly text that reads back
      verify        say whether a module may run

    Run:
      negotiate     say what a policy makes of a module's capabilities
      run           run an entry, print its result
      trace         run an entry and write down every step

      help          explain a command: spore plugin help run

    Examples:
      spore plugin run examples/plugins/audit.chr --policy examples/plugins/audit.toml
      spore plugin trace examples/plugins/audit.chr --policy examples/plugins/audit.toml \\
          --out audit.ctrace
      spore plugin run --json plugin.cmod --policy p.toml     one result object, for programs

    Exit codes: 0 done, 1 failed (standard error says why), 2 the command line is wrong.
    docs/plugins.md is the reference of the language, the formats and the limits.
    """;
  }
}
