package dev.spore.plugin.policy;

import dev.spore.plugin.PolicyFileException;
import dev.spore.plugin.toml.Toml;
import dev.spore.plugin.toml.TomlException;
import dev.spore.plugin.toml.TomlReader;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Policies as TOML files: {@code [capabilities."ID"]} tables with a decision, perhaps a mock. */
public final class PolicyFile {
  private static final String BROKEN = "failed to parse policy TOML";

  private record Entry(String decision, @Nullable Toml mock) {}

  private PolicyFile() {}

  /**
   * The policy of a file's text. Keys it does not know are left alone.
   *
   * @throws PolicyFileException if it is no policy
   */
  public static Policy parse(String text) {
    Map<String, Entry> entries = new TreeMap<>(Utf8.ORDER);
    try {
      Toml capabilities = TomlReader.read(text).entries().get("capabilities");
      if (capabilities != null) {
        table(capabilities, "capabilities")
            .entries()
            .forEach((id, entry) -> entries.put(id, entry(id, entry)));
      }
    } catch (TomlException e) {
      throw new PolicyFileException(BROKEN, e);
    }
    Map<String, Decision> decisions = new HashMap<>();
    entries.forEach((id, entry) -> decisions.put(id, decision(entry)));
    return new Policy(decisions);
  }

  private static Toml.Table table(Toml value, String name) {
    if (value instanceof Toml.Table table) {
      return table;
    }
    throw shape(name + " is not a table");
  }

  private static Entry entry(String id, Toml value) {
    Toml.Table table = table(value, "the entry of " + id);
    if (table.entries().get("decision") instanceof Toml.Text(String decision)) {
      return new Entry(decision, table.entries().get("mock"));
    }
    throw shape("the entry of " + id + " has no text `decision`");
  }

  private static PolicyFileException shape(String what) {
    return new PolicyFileException(BROKEN, new IllegalArgumentException(what));
  }

  private static Decision decision(Entry entry) {
    return switch (entry.decision) {
      case "grant" -> new Decision.Grant();
      case "deny" -> new Decision.Deny();
      case "mock" -> {
        if (entry.mock == null) {
          throw new PolicyFileException("mock decision needs mock value");
        }
        yield new Decision.Mock(value(entry.mock));
      }
      default -> throw new PolicyFileException("unknown policy decision " + entry.decision);
    };
  }

  private static Value value(Toml toml) {
    return switch (toml) {
      case Toml.Text(String text) -> new Value.Text(text);
      case Toml.Int(long number) -> new Value.I64(number);
      case Toml.Real(double number) -> new Value.F64(number);
      case Toml.Bool(boolean bool) -> new Value.Bool(bool);
      case Toml.Items(List<Toml> items) -> {
        List<Value> values = new ArrayList<>();
        items.forEach(item -> values.add(value(item)));
        yield new Value.Array(values);
      }
      case Toml.DateTime _ -> throw unsupported("a date or time");
      case Toml.Table _, Toml.Tables _ -> throw unsupported("a table");
    };
  }

  private static PolicyFileException unsupported(String what) {
    return new PolicyFileException(
        "unsupported mock value: " + what + "; use text, a number, a truth value or an array");
  }
}
