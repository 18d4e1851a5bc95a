package dev.spore.plugin.verify;

import dev.spore.plugin.value.ValueType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the registers of a function, which may claim any number of them: only those that
 * instructions name take memory.
 */
final class RegisterTypes {
  /** Registers beyond it go into a map; nearly all functions have fewer. */
  private static final int DIRECT = 1024;

  private final @Nullable ValueType[] low = new @Nullable ValueType[DIRECT];
  private final Map<Long, ValueType> high = new HashMap<>();

  /** First of the low registers that no function has set since it was cleared. */
  private int used;

  void clear() {
    Arrays.fill(low, 0, used, null);
    used = 0;
    high.clear();
  }

  @Nullable ValueType get(long register) {
    return isLow(register) ? low[(int) register] : high.get(register);
  }

  void set(long register, @Nullable ValueType type) {
    if (isLow(register)) {
      low[(int) register] = type;
      used = Math.max(used, (int) register + 1);
    } else if (type == null) {
      high.remove(register);
    } else {
      high.put(register, type);
    }
  }

  private static boolean isLow(long register) {
    return register >= 0 && register < DIRECT;
  }
}
