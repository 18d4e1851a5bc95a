package dev.spore.plugin.inspect;

import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.trace.RegisterChange;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.value.FloatText;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The texts of an event, without line feeds at their ends. */
public final class EventText {
  private static final String INDENT = "    ";

  private EventText() {}

  /** {@code main pc=2 line=Some(5)}. */
  public static String place(TraceEvent event) {
    return place(event.function(), event.pc(), event.sourceLine());
  }

  static String place(String function, long pc, long sourceLine) {
    return function + " pc=" + Long.toUnsignedString(pc) + " line=" + line(sourceLine);
  }

  /** The place and {@code op=div}. */
  public static String withOpcode(TraceEvent event) {
    return place(event) + " op=" + event.opcode();
  }

  /** The place, the opcode and {@code checksum=1}. */
  public static String withChecksum(TraceEvent event) {
    return withOpcode(event) + " checksum=" + Long.toUnsignedString(event.checksum());
  }

  /** {@code r2 = 7}. */
  public static String change(RegisterChange change) {
    return register(change.register(), change.value());
  }

  /** {@code r2 = 7}. */
  public static String register(long register, Value value) {
    return "r" + Long.toUnsignedString(register) + " = " + ValueText.plain(value);
  }

  /** {@code clock.now@1 Mocked -> 5}. */
  public static String call(CapabilityCall call) {
    return call.id() + " " + call.answer().text() + " -> " + ValueText.plain(call.result());
  }

  /** {@code log.print@1 Granted args=[1] -> nil}. */
  public static String callWithArguments(CapabilityCall call) {
    return "%s %s args=%s -> %s"
        .formatted(
            call.id(),
            call.answer().text(),
            call.args().stream().map(ValueText::plain).collect(Collectors.joining(", ", "[", "]")),
            ValueText.plain(call.result()));
  }

  private static String line(long line) {
    return line == SourceLines.NONE ? "None" : "Some(" + line + ")";
  }

  /** All of an event over several lines. */
  public static String pretty(TraceEvent event) {
    Tree out = new Tree();
    out.open("TraceEvent {");
    out.field("function", ValueText.quoted(event.function()));
    out.field("pc", Long.toUnsignedString(event.pc()));
    if (event.sourceLine() == SourceLines.NONE) {
      out.field("source_line", "None");
    } else {
      out.open("source_line: Some(");
      out.item(Long.toString(event.sourceLine()));
      out.close("),");
    }
    out.field("opcode", ValueText.quoted(event.opcode()));
    changes(event.changes(), out);
    capability(event.capability(), out);
    String error = event.error();
    if (error == null) {
      out.field("error", "None");
    } else {
      out.open("error: Some(");
      out.item(ValueText.quoted(error));
      out.close("),");
    }
    out.field("checksum", Long.toUnsignedString(event.checksum()));
    out.close("}");
    return out.text();
  }

  private static void changes(List<RegisterChange> changes, Tree out) {
    if (changes.isEmpty()) {
      out.field("register_changes", "[]");
      return;
    }
    out.open("register_changes: [");
    for (RegisterChange change : changes) {
      out.open("RegisterChange {");
      out.field("register", Long.toUnsignedString(change.register()));
      out.value("value: ", change.value());
      out.close("},");
    }
    out.close("],");
  }

  private static void capability(@Nullable CapabilityCall call, Tree out) {
    if (call == null) {
      out.field("capability", "None");
      return;
    }
    out.open("capability: Some(");
    out.open("CapabilityTrace {");
    out.field("id", ValueText.quoted(call.id()));
    out.field("decision", call.answer().text());
    out.values("args: ", call.args(), "");
    out.value("result: ", call.result());
    out.close("},");
    out.close("),");
  }

  /** Lines, indented by what is open. */
  private static final class Tree {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    String text() {
      return text.substring(0, text.length() - 1);
    }

    private void line(String line) {
      text.repeat(INDENT, depth).append(line).append('\n');
    }

    void open(String line) {
      line(line);
      depth++;
    }

    void close(String line) {
      depth--;
      line(line);
    }

    void item(String item) {
      line(item + ",");
    }

    void field(String name, String value) {
      item(name + ": " + value);
    }

    void values(String before, List<Value> values, String after) {
      if (values.isEmpty()) {
        item(before + "[]" + after);
        return;
      }
      open(before + "[");
      values.forEach(value -> value("", value));
      close("]" + after + ",");
    }

    void value(String before, Value value) {
      switch (value) {
        case Value.Nil _ -> item(before + "Nil");
        case Value.Bool(boolean bool) -> scalar(before, "Bool", Boolean.toString(bool));
        case Value.I64(long number) -> scalar(before, "I64", Long.toString(number));
        case Value.F64(double number) -> scalar(before, "F64", FloatText.inner(number));
        case Value.Text text -> scalar(before, "String", ValueText.quoted(text.value()));
        case Value.Array array -> {
          open(before + "Array(");
          values("", array.items(), "");
          close("),");
        }
        case Value.FunctionName(String name) -> scalar(before, "Function", ValueText.quoted(name));
        case Value.CapabilityName(String name) ->
            scalar(before, "Capability", ValueText.quoted(name));
      }
    }

    private void scalar(String before, String kind, String value) {
      open(before + kind + "(");
      item(value);
      close("),");
    }
  }
}
