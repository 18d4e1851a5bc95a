package dev.spore.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What the figures are held against. Printed, never asserted: a busy machine is no defect. */
final class Bars {
  private record Bar(String verdict, String what, String figure, String limit) {}

  private final List<Bar> all = new ArrayList<>();

  /** Notes a figure that must not exceed {@code limit}. */
  void atMost(String what, double figure, double limit, String unit) {
    add(figure <= limit, what, figure, "at most " + Table.figure(limit), unit);
  }

  /** Notes a figure that must reach {@code limit}. */
  void atLeast(String what, double figure, double limit, String unit) {
    add(figure >= limit, what, figure, "at least " + Table.figure(limit), unit);
  }

  /** Notes a bar that nothing was measured for. */
  void missing(String what, String why) {
    all.add(new Bar("-", what, "", "not measured, " + why));
  }

  private void add(boolean held, String what, double figure, String limit, String unit) {
    String shown = (Table.figure(figure) + " " + unit).strip();
    all.add(new Bar(held ? "pass" : "MISSED", what, shown, limit));
  }

  void print(PrintStream out) {
    if (all.isEmpty()) {
      return;
    }
    int width = all.stream().mapToInt(bar -> bar.what.length()).max().orElse(0);
    out.printf("%nBars (medians)%n");
    String line = "  %-6s  %-" + width + "s  %12s  %s%n";
    all.forEach(bar -> out.printf(line, bar.verdict, bar.what, bar.figure, bar.limit));
    out.flush();
  }
}
