package dev.spore.plugin.module;

import dev.spore.plugin.value.ValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something a plugin asks its host for.
 *
 * @param id with its version, as {@code clock.now@1}
 * @param params the last may be {@link ValueType#ANY_VARIADIC}
 * @param reason why the plugin wants it, in its author's words
 */
public record Capability(
    String id, List<ValueType> params, ValueType returnType, @Nullable String reason) {
  public Capability {
    params = List.copyOf(params);
  }

  /** Whether any number of arguments may follow the declared ones. */
  public boolean isVariadic() {
    return !params.isEmpty() && params.getLast() == ValueType.ANY_VARIADIC;
  }

  /** Arguments it needs at least: all declared ones but the variadic mark. */
  public int required() {
    return isVariadic() ? params.size() - 1 : params.size();
  }

  /** The type the argument at an index must have. */
  public ValueType param(int index) {
    return isVariadic() && index >= params.size() - 1 ? ValueType.ANY : params.get(index);
  }

  /** Whether parameters and return type are those of another declaration. */
  public boolean sameSignature(Capability other) {
    return id.equals(other.id) && params.equals(other.params) && returnType == other.returnType;
  }
}
