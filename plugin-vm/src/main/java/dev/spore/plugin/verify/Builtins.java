package dev.spore.plugin.verify;

import dev.spore.plugin.module.Capability;
import dev.spore.plugin.value.ValueType;
import java.util.List;
import java.util.Optional;

/** The capabilities whose signatures every host agrees on. */
public final class Builtins {
  /** Prints its arguments. */
  public static final Capability LOG_PRINT =
      new Capability("log.print@1", List.of(ValueType.ANY_VARIADIC), ValueType.NIL, null);

  /** Seconds since 1970. */
  public static final Capability CLOCK_NOW =
      new Capability("clock.now@1", List.of(), ValueType.I64, null);

  /** 64 bits nobody expects. */
  public static final Capability RANDOM_U64 =
      new Capability("random.u64@1", List.of(), ValueType.I64, null);

  private static final List<Capability> ALL = List.of(LOG_PRINT, CLOCK_NOW, RANDOM_U64);

  private Builtins() {}

  /** The built-in of an id. */
  public static Optional<Capability> find(String id) {
    return ALL.stream().filter(capability -> capability.id().equals(id)).findFirst();
  }
}
