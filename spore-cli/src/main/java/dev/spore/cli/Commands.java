package dev.spore.cli;

import dev.spore.cli.plugin.Console;
import dev.spore.cli.plugin.PluginCommands;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the command a line names and runs it; the classes of the others are not loaded. */
final class Commands {
  static final String VERSION = "0.1.0";

  private Commands() {}

  static int execute(List<String> args, HostStreams host, Timeline timeline)
      throws InterruptedException {
    if (args.isEmpty()) {
      host.messages().print(Help.overview());
      return ErrorCode.USAGE_MISSING_ARGUMENT.exitStatus();
    }
    String name = args.getFirst();
    List<String> rest = args.subList(1, args.size());
    return switch (name) {
      case "-h", "--help" -> print(host, Help.overview());
      case "help" -> rest.isEmpty() ? print(host, Help.overview()) : help(rest, host);
      case "-V", "--version", "version" ->
          print(host, "spore " + VERSION + " (Java " + Runtime.version() + ")\n");
      case "plugin" -> PluginCommands.execute(rest, console(host));
      case "kernel", "checkpoint", "system" -> group(name, rest, host, timeline);
      default -> dispatch(name, rest, host, timeline);
    };
  }

  /** Commands of two words. */
  private static int group(String name, List<String> rest, HostStreams host, Timeline timeline)
      throws InterruptedException {
    String verb = rest.isEmpty() ? "" : rest.getFirst();
    return switch (verb) {
      case "" ->
          throw new SporeException(
              ErrorCode.USAGE_MISSING_ARGUMENT,
              "say what to do: spore " + String.join(", or spore ", Help.verbs(name)));
      case "-h", "--help", "help" -> print(host, Help.group(name));
      default -> dispatch(name + " " + verb, rest.subList(1, rest.size()), host, timeline);
    };
  }

  private static int dispatch(String name, List<String> rest, HostStreams host, Timeline timeline)
      throws InterruptedException {
    Command command = command(name);
    int end = rest.indexOf("--");
    List<String> own = end < 0 ? rest : rest.subList(0, end);
    if (own.contains("--help") || own.contains("-h")) {
      return print(host, Help.of(command));
    }
    List<String> exact = end < 0 ? null : List.copyOf(rest.subList(end + 1, rest.size()));
    return command.execute(command.options().parse(own), exact, host, timeline);
  }

  private static Command command(String name) {
    return switch (name) {
      case "run" -> new RunCommand();
      case "doctor" -> new DoctorCommand();
      case "attach" -> new AttachCommand();
      case "fanout" -> new FanoutCommand();
      case "inspect" -> new InspectCommand();
      case "checkpoint fork" -> new ForkCommand();
      case "kernel build" -> new KernelBuildCommand();
      case "kernel list" -> new KernelListCommand();
      case "system df" -> new SystemDfCommand();
      case "system prune" -> new SystemPruneCommand();
      case "warm-up" -> new WarmUpCommand();
      default ->
          throw new SporeException(
              ErrorCode.USAGE_INVALID_ARGUMENT,
              "'" + name + "' is not a command; spore --help lists them");
    };
  }

  private static int help(List<String> words, HostStreams host) {
    if (words.getFirst().equals("plugin")) {
      return print(host, PluginCommands.help(words.subList(1, words.size())));
    }
    String name = String.join(" ", words);
    boolean group = !Help.verbs(name).isEmpty();
    return print(host, group ? Help.group(name) : Help.of(command(name)));
  }

  private static Console console(HostStreams host) {
    return new Console(Path.of(""), host.stdin(), host.stdout(), host.messages());
  }

  private static int print(HostStreams host, String text) {
    Stdout.print(host, text);
    return 0;
  }

  /** The one argument of a command that takes one: {@code usage} is the command with it. */
  static String oneWord(String usage, List<String> words, @Nullable List<String> exact) {
    if (words.isEmpty()) {
      throw new SporeException(
          ErrorCode.USAGE_MISSING_ARGUMENT, "name the directory: spore " + usage);
    }
    if (exact != null || words.size() > 1) {
      String word = words.size() > 1 ? words.get(1) : "--";
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "'%s' is one word too many: spore %s".formatted(word, usage));
    }
    return words.getFirst();
  }

  /** For commands that take flags only. */
  static void refuseWords(String name, List<String> words, @Nullable List<String> exact) {
    if (exact != null || !words.isEmpty()) {
      String word = words.isEmpty() ? "--" : words.getFirst();
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT, "spore " + name + " takes no '" + word + "'");
    }
  }
}
