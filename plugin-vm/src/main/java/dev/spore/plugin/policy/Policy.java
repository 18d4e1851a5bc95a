package dev.spore.plugin.policy;

import java.util.Map;

/**
 * What a plugin may use.
 *
 * @param decisions by capability id; others are denied
 */
public record Policy(Map<String, Decision> decisions) {
  public Policy {
    decisions = Map.copyOf(decisions);
  }

  /** The decision on a capability, a denial if there is none. */
  public Decision on(String capability) {
    Decision decision = decisions.get(capability);
    return decision == null ? new Decision.Deny() : decision;
  }
}
