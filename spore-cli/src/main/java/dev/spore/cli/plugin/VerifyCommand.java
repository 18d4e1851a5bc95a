package dev.spore.cli.plugin;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.value.ValueType;

/** {@code spore plugin verify}. */
final class VerifyCommand implements PluginCommand {
  @Override
  public Flags flags() {
    return new Flags("verify").word("MODULE").flag("--json", "print one result object");
  }

  @Override
  public String summary() {
    return """
    Says whether a module may run: every register, constant, jump, call and capability of it is
    checked. A .chr file is compiled first, a .casm file assembled.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore plugin verify plugin.cmod
      spore plugin verify --json plugin.chr | jq -r '.capabilities[].id'
    """;
  }

  @Override
  public int execute(Arguments arguments, Console console) {
    PluginModule module = PluginFiles.module(console, arguments.word(0));
    if (arguments.has("--json")) {
      Reply.ok(console, "verify", json -> write(module, json));
    } else {
      console.print(
          "verified module %s: %d functions, %d capabilities\n"
              .formatted(module.name(), module.functions().size(), module.capabilities().size()));
    }
    return 0;
  }

  private static void write(PluginModule module, JsonWriter json) {
    json.key("module").string(module.name()).key("digest").string(Cmod.digest(module));
    json.key("functions").integer(module.functions().size());
    json.key("instructions")
        .integer(module.functions().stream().mapToLong(f -> f.code().size()).sum());
    json.key("exports").beginArray();
    module.exports().keySet().forEach(json::string);
    json.endArray().key("capabilities").beginArray();
    module.capabilities().forEach(capability -> write(capability, json));
    json.endArray();
  }

  private static void write(Capability capability, JsonWriter json) {
    json.beginObject().key("id").string(capability.id()).key("params").beginArray();
    for (ValueType type : capability.params()) {
      json.string(type.text());
    }
    json.endArray().key("returns").string(capability.returnType().text());
    json.key("reason").nullableString(capability.reason()).endObject();
  }
}
