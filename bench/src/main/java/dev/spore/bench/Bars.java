package dev.spore.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What the figures are held against. Printed, never asserted: a busy machine is no defect. */
final class Bars {
  private final List<String> lines = new ArrayList<>();

  /** Notes a figure that must not exceed {@code limit}. */
  void atMost(String what, double figure, double limit, String unit) {
    add(
        figure <= limit ? "pass" : "MISSED",
        "%s: %s %s, at most %s".formatted(what, Table.figure(figure), unit, Table.figure(limit)));
  }

  /** Notes a figure that must reach {@code limit}. */
  void atLeast(String what, double figure, double limit, String unit) {
    add(
        figure >= limit ? "pass" : "MISSED",
        "%s: %s %s, at least %s".formatted(what, Table.figure(figure), unit, Table.figure(limit)));
  }

  /** Notes a bar that nothing was measured for. */
  void missing(String what, String why) {
    add("-", what + ": not measured, " + why);
  }

  private void add(String verdict, String text) {
    lines.add("  %-6s  %s".formatted(verdict, text));
  }

  void print(PrintStream out) {
    if (!lines.isEmpty()) {
      out.printf("%nBars (medians)%n");
      lines.forEach(out::println);
    }
  }
}
