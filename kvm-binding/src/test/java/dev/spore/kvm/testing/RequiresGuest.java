package dev.spore.kvm.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that boots Linux: needs KVM and {@link GuestImages}. Where the environment says {@code
 * SPORE_REQUIRE_KVM=1} missing images are a failure, as a missing device is.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("kvm")
@RequiresKvm
@ExtendWith(RequiresGuest.Condition.class)
public @interface RequiresGuest {

  /** Looks at the environment. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (GuestImages.areNamed() || "1".equals(System.getenv("SPORE_REQUIRE_KVM"))) {
        return ConditionEvaluationResult.enabled("a kernel and an initrd are named");
      }
      return ConditionEvaluationResult.disabled(
          "%s and %s name no guest to boot".formatted(GuestImages.KERNEL, GuestImages.INITRD));
    }
  }
}
