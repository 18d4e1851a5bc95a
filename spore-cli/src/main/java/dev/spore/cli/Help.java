package dev.spore.cli;

import java.util.List;

/**
 * The overview that {@code spore --help} prints; each command has its own help beside its flags.
 */
final class Help {
  private Help() {}

  static String overview() {
    return """
    Usage: spore COMMAND [OPTIONS]

    Runs untrusted work in Linux/KVM microVMs.

    Commands:
      run      boot a machine, run one command in it, pass its output and exit status through
      attach   go on with a command whose machine was saved while it ran
      inspect  say what a saved machine is, and prove it
      checkpoint fork   make many saved machines of one
      fanout   run one command in many copies of a saved machine
      plugin   make, run, trace and replay small programs that reach only what is granted
      system   say what the cache holds, or delete what is of no use
      doctor   say what this host lacks to run machines, and the command that grants it
      kernel   build or list guest kernels
      help     explain a command: spore help run

    Examples:
      spore run 'echo hello from $(uname -r)'          one string: the guest's /bin/sh -lc
      spore run -- /bin/echo hello                     after --: exactly these arguments
      tar c . | spore run -i 'tar t | wc -l'           -i: standard input goes in
      spore run -it -- /bin/sh                         a shell on your terminal
      spore run --vcpus 2 --memory 512mb nproc         a larger machine
      spore run --rootfs debian.squashfs -- /usr/bin/perl -v
      spore run --json 'exit 7'                        one result object, for programs
      spore doctor                                     when something does not work

    Exit status: that of the command, 128+n when signal n ended it, 127 not found, 126 not
    executable; else 2 usage, 22 bad file, 69 host cannot, 73 cache, 74 output lost, 130
    canceled or timed out, 1 the machine failed.
    """;
  }

  /** The commands that begin with {@code name}; none if it is no such word. */
  static List<String> verbs(String name) {
    return switch (name) {
      case "kernel" -> List.of("kernel build", "kernel list");
      case "system" -> List.of("system df", "system prune");
      case "checkpoint" -> List.of("checkpoint fork");
      default -> List.of();
    };
  }

  /** What there is under a word that begins several commands. */
  static String group(String name) {
    List<String> verbs = verbs(name);
    return "Usage: spore "
        + String.join("\n       spore ", verbs)
        + "\n\nspore "
        + verbs.getFirst()
        + " --help says more.\n";
  }

  static String of(Command command) {
    String details = command.details();
    return command.summary()
        + "\nFlags:\n"
        + command.options().flag("--help", 'h', "show this", () -> {}).help()
        + (details.isEmpty() ? "" : "\n" + details);
  }
}
