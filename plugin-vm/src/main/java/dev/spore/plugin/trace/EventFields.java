package dev.spore.plugin.trace;

import dev.spore.plugin.json.JsonReader;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.value.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one event after the other out of JSON, its members in any order. */
final class EventFields {
  private static final CapabilityCall.Answer[] ANSWERS = CapabilityCall.Answer.values();

  private final JsonReader json;
  private @Nullable String function;
  private @Nullable Long pc;
  private long sourceLine;
  private @Nullable String opcode;
  private @Nullable List<RegisterChange> changes;
  private @Nullable CapabilityCall capability;
  private @Nullable String error;
  private @Nullable Long checksum;

  EventFields(JsonReader json) {
    this.json = json;
  }

  TraceEvent read() {
    function = null;
    pc = null;
    sourceLine = SourceLines.NONE;
    opcode = null;
    changes = null;
    capability = null;
    error = null;
    checksum = null;
    json.fields(this::field);
    return new TraceEvent(
        json.require(function, "function"),
        json.require(pc, "pc"),
        sourceLine,
        json.require(opcode, "opcode"),
        json.require(changes, "register_changes"),
        capability,
        error,
        json.require(checksum, "checksum"));
  }

  private boolean field(String name) {
    switch (name) {
      case "function" -> function = json.string();
      case "pc" -> pc = json.unsigned();
      case "source_line" -> sourceLine = json.isNull() ? SourceLines.NONE : line();
      case "opcode" -> opcode = json.string();
      case "register_changes" -> changes = json.list(() -> new Change().read());
      case "capability" -> capability = json.isNull() ? null : new Call().read();
      case "error" -> error = json.nullableString();
      case "checksum" -> checksum = json.unsigned();
      default -> {
        return false;
      }
    }
    return true;
  }

  private long line() {
    long line = json.unsigned();
    if (line < 0) {
      throw json.error("source line out of range");
    }
    return line;
  }

  private final class Change {
    private @Nullable Long register;
    private @Nullable Value value;

    RegisterChange read() {
      json.fields(this::member);
      return new RegisterChange(json.require(register, "register"), json.require(value, "value"));
    }

    private boolean member(String name) {
      switch (name) {
        case "register" -> register = json.unsigned();
        case "value" -> value = json.value();
        default -> {
          return false;
        }
      }
      return true;
    }
  }

  private final class Call {
    private @Nullable String id;
    private CapabilityCall.@Nullable Answer decision;
    private @Nullable List<Value> args;
    private @Nullable Value result;

    CapabilityCall read() {
      json.fields(this::member);
      return new CapabilityCall(
          json.require(id, "id"),
          json.require(decision, "decision"),
          json.require(args, "args"),
          json.require(result, "result"));
    }

    private boolean member(String name) {
      switch (name) {
        case "id" -> id = json.string();
        case "decision" -> decision = answer(json.string());
        case "args" -> args = json.list(json::value);
        case "result" -> result = json.value();
        default -> {
          return false;
        }
      }
      return true;
    }

    private CapabilityCall.Answer answer(String text) {
      for (CapabilityCall.Answer answer : ANSWERS) {
        if (answer.json().equals(text)) {
          return answer;
        }
      }
      throw json.error(
          "unknown variant `" + text + "`, expected one of `granted`, `mocked`, `replayed`");
    }
  }
}
