package dev.spore.cli.plugin;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.Policy;

/** {@code spore plugin negotiate}. */
final class NegotiateCommand implements PluginCommand {
  @Override
  public Flags flags() {
    return new Flags("negotiate")
        .word("MODULE")
        .required("--policy", "FILE", "what the plugin may use (TOML)")
        .flag("--json", "print one result object");
  }

  @Override
  public String summary() {
    return """
    Says what a policy makes of each capability that a module declares. Exit code 0 only if the
    module may run: all of them granted or mocked.
    """;
  }

  @Override
  public String details() {
    return """
    A line a capability: its id, Granted, Mocked, Denied, Unknown or TypeInvalid, what the policy
    says, and why the plugin wants it. What the policy does not name is denied.

    Examples:
      spore plugin negotiate plugin.cmod --policy policy.toml
    """;
  }

  @Override
  public int execute(Arguments arguments, Console console) {
    PluginModule module = PluginFiles.module(console, arguments.word(0));
    Policy policy = PluginFiles.policy(console, arguments.required("--policy")).policy();
    Negotiation negotiation = Negotiation.of(module, policy, CommandHost.silent());
    CommandFailure failure =
        negotiation.isSuccess() ? null : new CommandFailure("capability negotiation failed");
    if (!arguments.has("--json")) {
      negotiation.entries().forEach(entry -> console.print(entry.text() + "\n"));
      if (failure != null) {
        throw failure;
      }
    } else if (failure == null) {
      Reply.ok(console, "negotiate", json -> write(negotiation, json));
    } else {
      Failure told = Failure.of(failure);
      Reply.failed(console, "negotiate", told, json -> write(negotiation, json));
      console.say(told.text());
    }
    return failure == null ? 0 : 1;
  }

  private static void write(Negotiation negotiation, JsonWriter json) {
    json.key("capabilities").beginArray();
    for (Negotiation.Entry entry : negotiation.entries()) {
      json.beginObject().key("id").string(entry.capability().id());
      json.key("status").string(entry.status().text());
      json.key("decision").string(entry.decision().text());
      json.key("reason").nullableString(entry.capability().reason()).endObject();
    }
    json.endArray();
  }
}
