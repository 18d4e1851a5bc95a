package dev.spore.plugin.toml;

import dev.spore.plugin.PluginLimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a document; nesting and size are bounded, so time and memory are. */
public final class TomlReader {
  private final TomlCursor in;
  private final TomlStrings strings;
  private final Toml.Table root = new Toml.Table();
  private Toml.Table current = root;

  private TomlReader(String text) {
    this.in = new TomlCursor(text);
    this.strings = new TomlStrings(in);
  }

  /**
   * The root table of a document.
   *
   * @throws TomlException if it is none, or longer than {@link PluginLimits#POLICY_CHARS_MAX}
   */
  public static Toml.Table read(String text) {
    if (text.length() > PluginLimits.POLICY_CHARS_MAX) {
      throw new TomlException(1, "longer than " + PluginLimits.POLICY_CHARS_MAX + " characters");
    }
    TomlReader reader = new TomlReader(text.startsWith("\ufeff") ? text.substring(1) : text);
    reader.document();
    return reader.root;
  }

  private void document() {
    in.blank();
    while (!in.atEnd()) {
      if (in.skip("[[")) {
        header("]]");
      } else if (in.skip("[")) {
        header("]");
      } else {
        pair(current, 0);
      }
      in.finishLine();
      in.blank();
    }
  }

  private void header(String end) {
    List<String> path = path();
    in.expect(end);
    Toml.Table parent = root;
    for (String name : path.subList(0, path.size() - 1)) {
      parent = child(parent, name);
    }
    current = end.length() == 2 ? element(parent, path.getLast()) : table(parent, path.getLast());
  }

  private Toml.Table table(Toml.Table parent, String name) {
    Toml.Table table =
        switch (parent.entries().get(name)) {
          case null -> add(parent, name, new Toml.Table());
          case Toml.Table known when !known.isDefined() && !known.isClosed() -> known;
          default -> throw in.error("duplicate key `" + name + "`");
        };
    table.define();
    return table;
  }

  private Toml.Table element(Toml.Table parent, String name) {
    Toml.Tables tables =
        switch (parent.entries().get(name)) {
          case null -> add(parent, name, new Toml.Tables(new ArrayList<>()));
          case Toml.Tables known -> known;
          default -> throw in.error("duplicate key `" + name + "`");
        };
    Toml.Table table = new Toml.Table();
    table.define();
    tables.tables().add(table);
    return table;
  }

  /** The table a path goes through, made if it is not there. */
  private Toml.Table child(Toml.Table parent, String name) {
    return switch (parent.entries().get(name)) {
      case null -> add(parent, name, new Toml.Table());
      case Toml.Table table when !table.isClosed() -> table;
      case Toml.Tables tables -> tables.tables().getLast();
      default -> throw in.error("duplicate key `" + name + "`");
    };
  }

  private static <T extends Toml> T add(Toml.Table parent, String name, T value) {
    parent.entries().put(name, value);
    return value;
  }

  private List<String> path() {
    List<String> path = new ArrayList<>();
    do {
      in.spaces();
      if (path.size() == PluginLimits.POLICY_DEPTH_MAX) {
        throw in.error("key nests deeper than " + PluginLimits.POLICY_DEPTH_MAX);
      }
      path.add(key());
      in.spaces();
    } while (in.skip("."));
    return path;
  }

  private String key() {
    if (in.peek() == '"' || in.peek() == '\'') {
      return strings.readOneLine();
    }
    String key = in.word("");
    if (key.isEmpty()) {
      throw in.error("expected a key");
    }
    return key;
  }

  private void pair(Toml.Table table, int depth) {
    List<String> path = path();
    in.expect("=");
    in.spaces();
    Toml.Table parent = table;
    for (String name : path.subList(0, path.size() - 1)) {
      parent = dotted(parent, name);
    }
    Toml value = value(depth);
    if (parent.entries().putIfAbsent(path.getLast(), value) != null) {
      throw in.error("duplicate key `" + path.getLast() + "`");
    }
  }

  /** A dotted key may only add to tables that dotted keys made. */
  private Toml.Table dotted(Toml.Table parent, String name) {
    Toml known = parent.entries().get(name);
    Toml.Table table = child(parent, name);
    if (known != null && (table.isDefined() || known instanceof Toml.Tables)) {
      throw in.error("duplicate key `" + name + "`");
    }
    return table;
  }

  private Toml value(int depth) {
    if (depth > PluginLimits.POLICY_DEPTH_MAX) {
      throw in.error("value nests deeper than " + PluginLimits.POLICY_DEPTH_MAX);
    }
    return switch (in.peek()) {
      case '"', '\'' -> new Toml.Text(strings.read());
      case '[' -> array(depth);
      case '{' -> inline(depth);
      default -> TomlScalars.read(in);
    };
  }

  private Toml array(int depth) {
    in.expect("[");
    List<Toml> values = new ArrayList<>();
    @Nullable Toml last = null;
    do {
      in.blank();
      last = in.peek() == ']' ? null : value(depth + 1);
      if (last != null) {
        values.add(last);
      }
      in.blank();
    } while (last != null && in.skip(","));
    in.expect("]");
    return new Toml.Items(List.copyOf(values));
  }

  private Toml inline(int depth) {
    in.expect("{");
    Toml.Table table = new Toml.Table();
    in.spaces();
    if (!in.skip("}")) {
      do {
        pair(table, depth + 1);
        in.spaces();
      } while (in.skip(","));
      in.expect("}");
    }
    close(table);
    return table;
  }

  private static void close(Toml.Table table) {
    table.define();
    table.close();
    for (Toml value : table.entries().values()) {
      if (value instanceof Toml.Table inner && !inner.isClosed()) {
        close(inner);
      }
    }
  }
}
