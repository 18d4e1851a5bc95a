package dev.spore.plugin.module;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.json.JsonReader;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JSON form of a module, as a file and inside traces. */
public final class ModuleJson {
  private ModuleJson() {}

  /** The one form of a module, without white space. */
  public static byte[] encode(PluginModule module) {
    return JsonWriter.toBytes(false, json -> write(module, json));
  }

  /**
   * Reads a whole document.
   *
   * @throws DecodeException if it is no module
   */
  public static PluginModule decode(byte[] bytes) {
    if (bytes.length > PluginLimits.MODULE_BYTES_MAX) {
      throw new DecodeException(
          "module has " + bytes.length + " bytes, max is " + PluginLimits.MODULE_BYTES_MAX);
    }
    return JsonReader.document(bytes, ModuleJson::read);
  }

  /** Writes a module as one value. */
  public static void write(PluginModule module, JsonWriter json) {
    json.beginObject().key("name").string(module.name()).key("constants");
    json.values(module.constants()).key("capabilities").beginArray();
    module.capabilities().forEach(capability -> write(capability, json));
    json.endArray().key("functions").beginArray();
    module.functions().forEach(function -> write(function, json));
    json.endArray().key("exports").beginObject();
    module.exports().forEach((name, index) -> json.key(name).unsigned(index));
    json.endObject().endObject();
  }

  private static void write(Capability capability, JsonWriter json) {
    json.beginObject().key("id").string(capability.id()).key("params").beginArray();
    capability.params().forEach(type -> json.string(type.json()));
    json.endArray().key("return_type").string(capability.returnType().json());
    json.key("reason").nullableString(capability.reason()).endObject();
  }

  private static void write(PluginFunction function, JsonWriter json) {
    json.beginObject().key("name").string(function.name());
    json.key("registers").unsigned(function.registers());
    json.key("arity").unsigned(function.arity()).key("code").beginArray();
    function.code().forEach(instruction -> write(instruction, json));
    json.endArray().key("source_lines").beginArray();
    for (int pc = 0; pc < function.sourceLines().size(); pc++) {
      long line = function.sourceLines().at(pc);
      if (line == SourceLines.NONE) {
        json.literal("null");
      } else {
        json.integer(line);
      }
    }
    json.endArray().endObject();
  }

  private static void write(Instruction instruction, JsonWriter json) {
    Opcode opcode = instruction.opcode();
    json.beginObject().key(opcode.json()).beginObject();
    int number = 0;
    for (String operand : opcode.operands()) {
      json.key(operand);
      if (Opcode.isName(operand)) {
        json.string(instruction.name());
      } else if (Opcode.isList(operand)) {
        json.beginArray();
        instruction.list().forEach(json::unsigned);
        json.endArray();
      } else {
        json.unsigned(instruction.number(number++));
      }
    }
    json.endObject().endObject();
  }

  /** Reads a module as one value. */
  public static PluginModule read(JsonReader json) {
    return new ModuleFields(json).read();
  }

  private static final class ModuleFields {
    private final JsonReader json;
    private @Nullable String name;
    private @Nullable List<Value> constants;
    private @Nullable List<Capability> capabilities;
    private @Nullable List<PluginFunction> functions;
    private @Nullable SortedMap<String, Long> exports;

    ModuleFields(JsonReader json) {
      this.json = json;
    }

    PluginModule read() {
      json.object(this::field);
      return new PluginModule(
          json.require(name, "name"),
          json.require(constants, "constants"),
          json.require(capabilities, "capabilities"),
          json.require(functions, "functions"),
          json.require(exports, "exports"));
    }

    private boolean field(String field) {
      switch (field) {
        case "name" -> name = json.string();
        case "constants" -> constants = json.list(json::value);
        case "capabilities" -> capabilities = json.list(() -> new CapabilityFields(json).read());
        case "functions" -> functions = json.list(() -> new FunctionFields(json).read());
        case "exports" -> {
          SortedMap<String, Long> map = new TreeMap<>(Utf8.ORDER);
          json.object(key -> {
            map.put(key, json.unsigned());
            return true;
          });
          exports = map;
        }
        default -> {
          return false;
        }
      }
      return true;
    }
  }

  private static final class CapabilityFields {
    private final JsonReader json;
    private @Nullable String id;
    private @Nullable List<ValueType> params;
    private @Nullable ValueType returnType;
    private @Nullable String reason;

    CapabilityFields(JsonReader json) {
      this.json = json;
    }

    Capability read() {
      json.object(this::field);
      return new Capability(
          json.require(id, "id"),
          json.require(params, "params"),
          json.require(returnType, "return_type"),
          reason);
    }

    private boolean field(String field) {
      switch (field) {
        case "id" -> id = json.string();
        case "params" -> params = json.list(this::type);
        case "return_type" -> returnType = type();
        case "reason" -> reason = json.nullableString();
        default -> {
          return false;
        }
      }
      return true;
    }

    private ValueType type() {
      String text = json.string();
      ValueType type = ValueType.ofJson(text);
      if (type == null) {
        throw json.error("unknown type `" + text + "`");
      }
      return type;
    }
  }

  private static final class FunctionFields {
    private final JsonReader json;
    private @Nullable String name;
    private @Nullable Long registers;
    private @Nullable Long arity;
    private @Nullable List<Instruction> code;
    private SourceLines lines = SourceLines.EMPTY;

    FunctionFields(JsonReader json) {
      this.json = json;
    }

    PluginFunction read() {
      json.object(this::field);
      return new PluginFunction(
          json.require(name, "name"),
          json.require(registers, "registers"),
          json.require(arity, "arity"),
          json.require(code, "code"),
          lines);
    }

    private boolean field(String field) {
      switch (field) {
        case "name" -> name = json.string();
        case "registers" -> registers = json.unsigned();
        case "arity" -> arity = json.unsigned();
        case "code" -> code = json.list(() -> new InstructionFields(json).read());
        case "source_lines" ->
            lines =
                SourceLines.of(json.list(this::line).stream().mapToLong(Long::longValue).toArray());
        default -> {
          return false;
        }
      }
      return true;
    }

    private Long line() {
      if (json.isNull()) {
        return SourceLines.NONE;
      }
      long line = json.unsigned();
      if (line < 0) {
        throw json.error("source line out of range");
      }
      return line;
    }
  }
}
