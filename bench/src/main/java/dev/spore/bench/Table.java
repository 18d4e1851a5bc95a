package dev.spore.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures side by side, each with its spread and a note on what is inside it. */
final class Table {
  private final String title;
  private final List<Row> rows = new ArrayList<>();

  private record Row(String label, String unit, Stats stats, String inside) {}

  Table(String title) {
    this.title = title;
  }

  /**
   * Adds a figure.
   *
   * @param inside what the number contains, one sentence
   */
  Table row(String label, String unit, Stats stats, String inside) {
    rows.add(new Row(label, unit, stats, inside));
    return this;
  }

  /** Prints the table, the notes numbered below it. */
  void print(PrintStream out) {
    int width = rows.stream().mapToInt(row -> row.label.length()).max().orElse(0);
    out.printf("%n%s%n", title);
    String line = "  %-" + width + "s  %10s  %-5s  %23s  %4s  %s%n";
    out.printf(line, "", "median", "", "min .. max", "runs", "");
    List<String> notes = new ArrayList<>();
    for (Row row : rows) {
      if (!notes.contains(row.inside)) {
        notes.add(row.inside);
      }
      out.printf(
          line,
          row.label,
          figure(row.stats.median()),
          row.unit,
          figure(row.stats.min()) + " .. " + figure(row.stats.max()),
          row.stats.runs(),
          "[" + (notes.indexOf(row.inside) + 1) + "]");
    }
    for (int i = 0; i < notes.size(); i++) {
      out.printf("  [%d] %s%n", i + 1, notes.get(i));
    }
    out.flush();
  }

  /** Three digits where there are that many, never an exponent. */
  static String figure(double value) {
    double size = Math.abs(value);
    String format = size >= 100 || size == 0 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
