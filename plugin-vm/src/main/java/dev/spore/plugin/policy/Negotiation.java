package dev.spore.plugin.policy;

import dev.spore.plugin.PolicyException;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.PluginModule;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of the capabilities a module declares, in their order.
 *
 * @param entries one for each
 */
public record Negotiation(List<Entry> entries) {
  /** The outcome for one capability. */
  public enum Status {
    GRANTED("Granted"),
    MOCKED("Mocked"),
    DENIED("Denied"),
    UNKNOWN("Unknown"),
    TYPE_INVALID("TypeInvalid");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /** One capability, what the policy says and what came of it. */
  public record Entry(Capability capability, Decision decision, Status status) {
    /** As a report writes it. */
    public String text() {
      String line = capability.id() + " " + status.text() + " " + decision.text();
      return capability.reason() == null ? line : line + " reason=" + capability.reason();
    }

    private Optional<PolicyException> failure() {
      return switch (status) {
        case GRANTED, MOCKED -> Optional.empty();
        case DENIED ->
            failure(
                PolicyException.Kind.DENIED_CAPABILITY,
                "capability denied by policy or missing from policy");
        case UNKNOWN ->
            failure(
                PolicyException.Kind.UNSUPPORTED_CAPABILITY_VERSION,
                "unknown built-in capability/version");
        case TYPE_INVALID ->
            failure(
                PolicyException.Kind.MOCK_TYPE_MISMATCH,
                "mock value or host signature does not match capability declaration");
      };
    }

    private Optional<PolicyException> failure(PolicyException.Kind kind, String what) {
      return Optional.of(new PolicyException(kind, capability.id(), what));
    }
  }

  public Negotiation {
    entries = List.copyOf(entries);
  }

  /** Settles what a module asks for. */
  public static Negotiation of(PluginModule module, Policy policy, PluginHost host) {
    return new Negotiation(
        module.capabilities().stream()
            .map(capability -> {
              Decision decision = policy.on(capability.id());
              return new Entry(capability, decision, status(capability, decision, host));
            })
            .toList());
  }

  private static Status status(Capability capability, Decision decision, PluginHost host) {
    return switch (decision) {
      case Decision.Deny _ -> Status.DENIED;
      case Decision.Mock mock ->
          capability.returnType().accepts(mock.value()) ? Status.MOCKED : Status.TYPE_INVALID;
      case Decision.Grant _ ->
          host.declaration(capability.id())
              .map(known -> known.sameSignature(capability) ? Status.GRANTED : Status.TYPE_INVALID)
              .orElse(Status.UNKNOWN);
    };
  }

  /** Whether the module may run. */
  public boolean isSuccess() {
    return entries.stream().allMatch(entry -> entry.failure().isEmpty());
  }

  /**
   * Goes on only if the module may run.
   *
   * @throws PolicyException for the first capability it may not have
   */
  public void require() {
    for (Entry entry : entries) {
      entry
          .failure()
          .ifPresent(failure -> {
            throw failure;
          });
    }
  }
}
