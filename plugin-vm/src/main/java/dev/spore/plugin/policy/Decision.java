package dev.spore.plugin.policy;

import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;

/** What a policy says of one capability. */
public sealed interface Decision {
  /** As reports write it. */
  String text();

  /** The host answers. */
  record Grant() implements Decision {
    @Override
    public String text() {
      return "Grant";
    }
  }

  /** Nobody answers; a capability the policy does not name is denied too. */
  record Deny() implements Decision {
    @Override
    public String text() {
      return "Deny";
    }
  }

  /** The policy answers, always with the same value. */
  record Mock(Value value) implements Decision {
    @Override
    public String text() {
      return "Mock(" + ValueText.inner(value) + ")";
    }
  }
}
