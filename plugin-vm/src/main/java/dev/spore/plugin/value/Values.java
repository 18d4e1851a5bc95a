package dev.spore.plugin.value;

import java.util.List;

/** What plugins can ask of values. */
public final class Values {
  private Values() {}

  /**
   * Whether two values are equal to a plugin: same kind, same content, doubles by IEEE 754, so that
   * the zeros are equal and a NaN equals nothing, nor does an array that holds one.
   */
  public static boolean same(Value left, Value right) {
    return switch (left) {
      case Value.F64(double value) -> right instanceof Value.F64(double other) && value == other;
      case Value.Array array ->
          right instanceof Value.Array other && sameItems(array.items(), other.items());
      case Value.Nil _,
          Value.Bool _,
          Value.I64 _,
          Value.Text _,
          Value.FunctionName _,
          Value.CapabilityName _ ->
          left.equals(right);
    };
  }

  private static boolean sameItems(List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!same(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a conditional jump is taken: false are nil, false, zeros, empty text, empty array. */
  public static boolean truthy(Value value) {
    return switch (value) {
      case Value.Nil _ -> false;
      case Value.Bool(boolean bool) -> bool;
      case Value.I64(long number) -> number != 0;
      case Value.F64(double number) -> number != 0.0;
      case Value.Text text -> !text.value().isEmpty();
      case Value.Array array -> !array.items().isEmpty();
      case Value.FunctionName _, Value.CapabilityName _ -> true;
    };
  }
}
