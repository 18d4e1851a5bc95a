package dev.spore.plugin.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.plugin.DecodeException;
import dev.spore.plugin.RunException;
import dev.spore.plugin.RunException.Family;
import dev.spore.plugin.VerifyException;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.verify.Verifier;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Arbitrary modules, whole and damaged, do the same on both engines. The seeds are fixed. */
@RequiresKvm
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DifferentialTest {
  private GuestEngine engine;

  /** How runs ended, by the first words: proof that they did not all end the same way. */
  private final TreeMap<String, Integer> ends = new TreeMap<>();

  @BeforeAll
  void open() {
    engine = new GuestEngine(Kvm.open());
  }

  @AfterAll
  void close() {
    engine.close();
  }

  @Test
  void generatedModules() {
    int ran = generated(0, 1500);
    assertThat(ran).isGreaterThan(300);
    assertThat(ends).hasSizeGreaterThan(8);
  }

  @Test
  @Tag("slow")
  void manyGeneratedModules() {
    generated(10_000, 100_000);
  }

  private int generated(int firstSeed, int count) {
    int ran = 0;
    for (int seed = firstSeed; seed < firstSeed + count; seed++) {
      PluginModule module = Programs.of(new Random(seed));
      ran += verifies(module) ? 1 : 0;
      compare(module, seed);
    }
    return ran;
  }

  @Test
  void damagedModules() {
    int ran = 0;
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      byte[] bytes = Cmod.encode(Programs.of(random));
      for (int i = random.nextInt(1, 3); i > 0; i--) {
        bytes[random.nextInt(8, bytes.length)] = (byte) random.nextInt(8);
      }
      try {
        PluginModule module = Cmod.decode(bytes);
        ran += verifies(module) ? 1 : 0;
        compare(module, seed);
      } catch (DecodeException e) {
        assertThat(e).hasMessageStartingWith("decode error: ");
      }
    }
    assertThat(ran).isGreaterThan(50);
  }

  private static boolean verifies(PluginModule module) {
    try {
      Verifier.verify(module);
      return true;
    } catch (VerifyException e) {
      return false;
    }
  }

  private void compare(PluginModule module, int seed) {
    if (!verifies(module) || module.exports().isEmpty()) {
      return;
    }
    Random random = new Random(seed);
    RunLimits limits =
        new RunLimits(
            random.nextLong(1, 400),
            random.nextLong(1, 12),
            random.nextLong(3, 8),
            random.nextLong(2, 5),
            random.nextLong(300, 6000));
    Both.Seen seen =
        Both.run(
            engine,
            module,
            module.exports().firstKey(),
            limits,
            () -> new Giving(new Random(seed)));
    ends.merge(seen.outcome().substring(0, Math.min(40, seen.outcome().length())), 1, Integer::sum);
  }

  /** Answers with any value, or fails. */
  private record Giving(Random random) implements Capabilities {
    @Override
    public CapabilityCall call(Capability capability, List<Value> args) {
      if (random.nextInt(6) == 0) {
        throw new RunException(Family.RUNTIME, "no " + args);
      }
      return new CapabilityCall(
          capability.id(), CapabilityCall.Answer.GRANTED, args, Programs.value(random));
    }
  }
}
