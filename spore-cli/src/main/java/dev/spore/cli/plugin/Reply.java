package dev.spore.cli.plugin;

import dev.spore.plugin.json.JsonWriter;
import java.util.function.Consumer;

/**
 * What a command says with {@code --json}: one object on one line of standard output, whatever came
 * of it. Texts for people stay on standard error.
 */
final class Reply {
  private Reply() {}

  /** The object of a command that did what it should. */
  static void ok(Console console, String command, Consumer<JsonWriter> fields) {
    print(console, command, "ok", fields);
  }

  /** The object of a command that did not; {@code fields} are what it has to show all the same. */
  static void failed(
      Console console, String command, Failure failure, Consumer<JsonWriter> fields) {
    print(
        console,
        command,
        "failed",
        json -> {
          failure.write(json);
          fields.accept(json);
        });
  }

  private static void print(
      Console console, String command, String outcome, Consumer<JsonWriter> fields) {
    console.print(
        JsonWriter.toBytes(
            false,
            json -> {
              json.beginObject().key("schema").string("spore.plugin." + command + ".result.v1");
              json.key("schema_version").integer(1).key("outcome").string(outcome);
              fields.accept(json);
              json.endObject();
            }));
    console.print("\n");
  }
}
