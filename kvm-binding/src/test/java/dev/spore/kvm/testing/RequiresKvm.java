package dev.spore.kvm.testing;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmUnavailableException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that needs a usable /dev/kvm. Without one it is skipped, or fails when the environment
 * says {@code SPORE_REQUIRE_KVM=1}, so that a machine meant to run them cannot skip them silently.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresKvm.Condition.class)
public @interface RequiresKvm {

  /** Opens the device once for each annotated class or method. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      try (Kvm kvm = Kvm.open()) {
        return ConditionEvaluationResult.enabled("KVM version " + kvm.apiVersion());
      } catch (KvmUnavailableException e) {
        if ("1".equals(System.getenv("SPORE_REQUIRE_KVM"))) {
          throw e;
        }
        return ConditionEvaluationResult.disabled(e.getMessage());
      }
    }
  }
}
