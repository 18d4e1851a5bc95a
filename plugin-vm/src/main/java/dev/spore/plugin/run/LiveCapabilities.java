package dev.spore.plugin.run;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.PolicyException;
import dev.spore.plugin.RunException;
import dev.spore.plugin.RunException.Family;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.policy.Decision;
import dev.spore.plugin.policy.PluginHost;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.util.List;

/** Capabilities as a policy has it: mocked by it, or granted and answered by a host. */
public final class LiveCapabilities implements Capabilities {
  private final Policy policy;
  private final PluginHost host;

  public LiveCapabilities(Policy policy, PluginHost host) {
    this.policy = policy;
    this.host = host;
  }

  @Override
  public CapabilityCall call(Capability capability, List<Value> args) {
    String id = capability.id();
    return switch (policy.on(id)) {
      case Decision.Deny _ ->
          throw new PolicyException(
              PolicyException.Kind.DENIED_CAPABILITY, id, "capability unavailable at runtime");
      // Arguments of a mocked call are not checked: that is the format's behaviour.
      case Decision.Mock(Value value) ->
          new CapabilityCall(id, CapabilityCall.Answer.MOCKED, args, value);
      case Decision.Grant _ ->
          new CapabilityCall(id, CapabilityCall.Answer.GRANTED, args, granted(capability, args));
    };
  }

  private Value granted(Capability capability, List<Value> args) {
    String id = capability.id();
    if (host.declaration(id).isEmpty()) {
      throw new PolicyException(
          PolicyException.Kind.UNSUPPORTED_CAPABILITY_VERSION,
          id,
          "capability is not registered by host");
    }
    checkArguments(capability, args);
    Value result = answer(id, args);
    if (!capability.returnType().accepts(result)) {
      throw new PolicyException(
          PolicyException.Kind.MOCK_TYPE_MISMATCH,
          id,
          "host returned "
              + result.type().message()
              + ", expected "
              + capability.returnType().message());
    }
    return result;
  }

  private Value answer(String id, List<Value> args) {
    try {
      return host.call(id, args);
    } catch (PluginException e) {
      throw e;
    } catch (RuntimeException e) {
      RunException failure = new RunException(Family.RUNTIME, "capability " + id + " failed: " + e);
      failure.initCause(e);
      throw failure;
    }
  }

  private static void checkArguments(Capability capability, List<Value> args) {
    int required = capability.required();
    if (capability.isVariadic() ? args.size() < required : args.size() != required) {
      throw new RunException(
          Family.RUNTIME,
          "capability "
              + capability.id()
              + " expects "
              + required
              + (capability.isVariadic() ? "+" : "")
              + " args, got "
              + args.size());
    }
    for (int i = 0; i < args.size(); i++) {
      ValueType type = capability.param(i);
      if (!type.accepts(args.get(i))) {
        throw new RunException(
            Family.RUNTIME,
            "capability "
                + capability.id()
                + " arg "
                + i
                + " expects "
                + type.message()
                + ", got "
                + args.get(i).type().message());
      }
    }
  }
}
