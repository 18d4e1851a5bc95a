package dev.spore.plugin.trace;

import dev.spore.plugin.value.Value;
import java.util.List;

/**
 * Whether values look the same in a trace: there the two zeros differ, and all doubles that are no
 * number are one.
 */
public final class SameText {
  private SameText() {}

  public static boolean values(Value left, Value right) {
    if (left instanceof Value.F64(double one) && right instanceof Value.F64(double other)) {
      return left.equals(right) || (!Double.isFinite(one) && !Double.isFinite(other));
    }
    if (left instanceof Value.Array one && right instanceof Value.Array other) {
      return lists(one.items(), other.items());
    }
    return left.equals(right);
  }

  public static boolean lists(List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!values(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }
}
