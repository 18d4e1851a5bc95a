package dev.spore.plugin.trace;

import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.value.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Templates of the instructions that run most, a bounded number of them: where two compete for a
 * place, the one that had its template first keeps it.
 */
final class EventTemplates {
  /** Kinds of events that differ in a number at most. */
  static final int NONE = 0;

  static final int NIL = 1;
  static final int FALSE = 2;
  static final int TRUE = 3;
  static final int I64 = 4;
  static final int F64 = 5;
  static final int OTHER = 6;

  /** Two KiB each. */
  private static final int PLACES = 4096;

  /** As often an instruction runs before it gets a template, which costs as much as that. */
  private static final int WORTH = 200;

  private final PluginModule module;
  private final long[] keys = new long[PLACES];
  private final int[] seen = new int[PLACES];
  private final int[] registers = new int[PLACES];
  private final @Nullable EventTemplate[] templates = new @Nullable EventTemplate[PLACES];

  EventTemplates(PluginModule module) {
    this.module = module;
  }

  static int kind(@Nullable Value value) {
    return switch (value) {
      case null -> NONE;
      case Value.Nil _ -> NIL;
      case Value.Bool(boolean bool) -> bool ? TRUE : FALSE;
      case Value.I64 _ -> I64;
      case Value.F64(double number) -> Double.isFinite(number) ? F64 : OTHER;
      case Value.Text _, Value.Array _, Value.FunctionName _, Value.CapabilityName _ -> OTHER;
    };
  }

  /** The template of a step, or null if it has none. */
  @Nullable EventTemplate of(int function, int pc, int register, int kind) {
    long key = ((long) function << 35) | ((long) pc << 3) | kind;
    int place = (int) (key ^ (key >>> 32)) & (PLACES - 1);
    if (keys[place] == key && registers[place] == register) {
      EventTemplate known = templates[place];
      return known != null ? known : rising(place, function, pc, register, kind);
    }
    if (templates[place] == null) {
      keys[place] = key;
      registers[place] = register;
      seen[place] = 0;
    }
    return null;
  }

  private @Nullable EventTemplate rising(int place, int function, int pc, int register, int kind) {
    if (++seen[place] < WORTH) {
      return null;
    }
    EventTemplate made =
        new EventTemplate(TraceEvent.of(module, function, pc, register, sample(kind), null, null));
    templates[place] = made;
    return made;
  }

  private static @Nullable Value sample(int kind) {
    return switch (kind) {
      case NONE -> null;
      case NIL -> Value.Nil.NIL;
      case FALSE -> new Value.Bool(false);
      case TRUE -> new Value.Bool(true);
      case I64 -> new Value.I64(0);
      case F64 -> new Value.F64(0);
      default -> new Value.Array(List.of());
    };
  }
}
