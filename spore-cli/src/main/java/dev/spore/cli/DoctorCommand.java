package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore doctor}. */
final class DoctorCommand implements Command {
  private boolean json;

  @Override
  public OptionTable options() {
    return new OptionTable().flag("--json", "print one result object", () -> json = true);
  }

  @Override
  public String summary() {
    return """
    Usage: spore doctor [--json]

    Says what this host has and lacks to run machines, and the command that grants it.
    """;
  }

  @Override
  public String details() {
    return """
    Exit status: 0 when machines run here, else 69. A line that says missing must be fixed; one
    that says advice need not. Quirks are what this host's KVM does differently from hardware
    virtualization; Spore sees to them by itself.
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline) {
    Commands.refuseWords("doctor", words, exact);
    DoctorReport report = Doctor.examine(Installation.current());
    Stdout.print(host, json ? report.json() + "\n" : report.text());
    return report.runnable() ? 0 : ErrorCode.HOST_UNSUPPORTED.exitStatus();
  }
}
