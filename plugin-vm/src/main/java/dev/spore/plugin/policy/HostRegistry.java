package dev.spore.plugin.policy;

import dev.spore.plugin.module.Capability;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import dev.spore.plugin.verify.Builtins;
import dev.spore.plugin.verify.Verifier;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** A host put together from handlers. */
public final class HostRegistry implements PluginHost {
  private record Entry(Capability declaration, Function<List<Value>, Value> handler) {}

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /** A host that serves nothing yet. */
  public HostRegistry() {}

  /**
   * A host of the three built-ins.
   *
   * @param output gets each line that is logged, its line feed included
   */
  public static HostRegistry withBuiltins(
      Consumer<String> output, InstantSource clock, RandomGenerator random) {
    HostRegistry host = new HostRegistry();
    host.register(
        Builtins.LOG_PRINT,
        args -> {
          output.accept(
              args.stream().map(ValueText::plain).collect(Collectors.joining(" ", "", "\n")));
          return Value.Nil.NIL;
        });
    host.register(Builtins.CLOCK_NOW, args -> new Value.I64(clock.instant().getEpochSecond()));
    host.register(Builtins.RANDOM_U64, args -> new Value.I64(random.nextLong()));
    return host;
  }

  /**
   * Adds a capability, in place of one of the same id.
   *
   * @throws dev.spore.plugin.VerifyException if the declaration is none, or a built-in's with
   *     another signature
   */
  public void register(Capability declaration, Function<List<Value>, Value> handler) {
    Verifier.verify(declaration);
    entries.put(declaration.id(), new Entry(declaration, handler));
  }

  @Override
  public Optional<Capability> declaration(String id) {
    return Optional.ofNullable(entries.get(id)).map(Entry::declaration);
  }

  @Override
  public Value call(String id, List<Value> args) {
    Entry entry = entries.get(id);
    if (entry == null) {
      throw new IllegalArgumentException("capability " + id + " is not registered");
    }
    return entry.handler.apply(args);
  }
}
