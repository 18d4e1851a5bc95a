package dev.spore.cli.plugin;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.PolicyException;
import dev.spore.plugin.PolicyFileException;
import dev.spore.plugin.RecordedException;
import dev.spore.plugin.RunException;
import dev.spore.plugin.SourceException;
import dev.spore.plugin.VerifyException;
import dev.spore.plugin.json.JsonWriter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure as it is told: to people as the original tells it, to programs as an object.
 *
 * @param family what is at fault: {@code source}, {@code decode}, {@code verify}, {@code policy},
 *     {@code runtime}, {@code limit}, {@code replay} or {@code command}
 * @param kind which of the family's kinds it is, if it has kinds
 * @param cause what lies behind it
 */
record Failure(
    String family,
    @Nullable String kind,
    String message,
    @Nullable String cause,
    @Nullable String function,
    int pc) {

  /** Of a library's exception. */
  static Failure of(PluginException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case DecodeException _ -> plain("decode", null, message, null);
      case SourceException _ -> plain("source", null, message, null);
      case VerifyException verify ->
          new Failure(
              "verify",
              verify.kind().text(),
              message,
              withoutFamily(message),
              verify.function(),
              verify.pc());
      case PolicyException policy ->
          plain("policy", policy.kind().text(), message, withoutFamily(message));
      case PolicyFileException file ->
          plain(
              "policy",
              "PolicyFile",
              message,
              Optional.ofNullable(file.getCause()).map(Throwable::getMessage).orElse(null));
      case RecordedException _ -> plain("recorded", null, message, null);
      case RunException run ->
          plain(run.family().name().toLowerCase(Locale.ROOT), null, message, null);
    };
  }

  /** Of a command that could not do its part. */
  static Failure of(CommandFailure e) {
    return plain("command", null, e.message(), e.reason().orElse(null));
  }

  private static Failure plain(
      String family, @Nullable String kind, String message, @Nullable String cause) {
    return new Failure(family, kind, message, cause, null, -1);
  }

  /** Verify and policy errors repeat themselves as their own causes. */
  private static String withoutFamily(String message) {
    return message.substring(message.indexOf(' ', message.indexOf(' ') + 1) + 1);
  }

  /** As the original prints it on standard error. */
  String text() {
    return cause == null
        ? "Error: " + message
        : "Error: " + message + "\n\nCaused by:\n    " + cause.replace("\n", "\n    ");
  }

  /** As the member {@code error} of an object. */
  void write(JsonWriter json) {
    json.key("error").beginObject().key("family").string(family);
    json.key("kind").nullableString(kind);
    json.key("message").string(message);
    json.key("cause").nullableString(cause);
    json.key("function").nullableString(function);
    json.key("pc");
    if (pc < 0) {
      json.literal("null");
    } else {
      json.integer(pc);
    }
    json.endObject();
  }
}
