package dev.spore.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void eachFigureShowsItsSpreadAndWhatIsInsideIt() {
    String text =
        printed(
            new Table("boot")
                    .row("a", "ms", new Stats(List.of(1.0, 2.0, 1234.0)), "all of it")
                    .row("b", "ms", new Stats(List.of(12.34)), "all of it")
                ::print);

    assertThat(text.lines().map(String::strip))
        .anyMatch(line -> line.matches("a +2.00 +ms +1.00 .. 1234 +3 +\\[1]"))
        .anyMatch(line -> line.matches("b +12.3 +ms +12.3 .. 12.3 +1 +\\[1]"))
        .contains("[1] all of it");
  }

  @Test
  void aBarIsPassedByItsVeryLimit() {
    Bars bars = new Bars();
    bars.atMost("start", 300, 300, "ms");
    bars.atMost("boot", 30.1, 30, "s");
    bars.missing("ratio", "there is no QEMU");

    assertThat(printed(bars::print).lines().map(String::strip))
        .anyMatch(line -> line.matches("pass +start +300 ms +at most 300"))
        .anyMatch(line -> line.matches("MISSED +boot +30.1 s +at most 30.0"))
        .anyMatch(line -> line.matches("- +ratio +not measured, there is no QEMU"));
  }

  private static String printed(Consumer<PrintStream> what) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    what.accept(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
