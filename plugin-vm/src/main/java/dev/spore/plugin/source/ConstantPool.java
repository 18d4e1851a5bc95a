package dev.spore.plugin.source;

import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the constants of a module in order of appearance; equal ones share a number, so that a
 * negative zero after a positive one becomes it.
 */
public final class ConstantPool {
  private final List<Value> constants = new ArrayList<>();
  private final Map<Value, Integer> indexes = new HashMap<>();

  /** The index of a scalar constant. */
  public int index(Value value) {
    Value key = value instanceof Value.F64(double number) && number == 0 ? new Value.F64(0) : value;
    Integer known = indexes.get(key);
    if (known != null && Values.same(constants.get(known), value)) {
      return known;
    }
    constants.add(value);
    indexes.put(key, constants.size() - 1);
    return constants.size() - 1;
  }

  /** Adds a constant of any kind under the next number, whatever is there already. */
  public void declare(Value value) {
    constants.add(value);
  }

  public int size() {
    return constants.size();
  }

  /** All of them, in order. */
  public List<Value> constants() {
    return List.copyOf(constants);
  }
}
