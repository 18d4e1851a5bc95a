package dev.spore.vmm.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.FormatException;
import dev.spore.format.codec.MachineStateCodec;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import dev.spore.format.state.MachineState;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.vmm.SporeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Each value of a saved machine's state, changed in ways that fit its place, one at a time: refused
 * by the format, refused by name against KVM, or taken; never anything else.
 */
@RequiresKvm
final class MutatedStateTest {
  private static final Pattern VALUE =
      Pattern.compile("(?<=[:,\\[])(?:\"[0-9a-f]{2,}\"|-?[0-9]+|true|false)(?=[,}\\]])");

  /** Tried on one VM, before it is replaced: what was taken last stays in it. */
  private static final int TRIES_PER_VM = 100;

  @Test
  void noChangedStateIsMoreThanRefused() {
    String saved = savedState();
    int tries = 0;
    int taken = 0;
    StateVm target = new StateVm(1);
    try {
      for (MatchResult value : VALUE.matcher(saved).results().toList()) {
        for (String other : others(value.group())) {
          String changed = saved.substring(0, value.start()) + other + saved.substring(value.end());
          taken += isTaken(target, changed) ? 1 : 0;
          tries++;
          if (tries % TRIES_PER_VM == 0) {
            target.close();
            target = new StateVm(1);
          }
        }
      }
    } finally {
      target.close();
    }
    assertThat(tries).isGreaterThan(1000);
    assertThat(taken).as("of %d", tries).isBetween(1, tries - 1);
  }

  private static String savedState() {
    try (StateVm source = new StateVm(1)) {
      source.longMode(2);
      byte[] json = new JsonOut().document(source.save(), MachineStateCodec::write);
      return new String(json, StandardCharsets.UTF_8);
    }
  }

  private static boolean isTaken(StateVm target, String json) {
    MachineState state;
    try {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      state = new JsonIn("state", bytes).document(MachineStateCodec::read);
    } catch (FormatException refused) {
      assertThat(refused).hasMessageStartingWith("state");
      return false;
    }
    if (state.vcpus().size() != 1 || state.vcpus().getFirst().index() != 0) {
      // The manifest says how many there are, and is checked against it.
      return false;
    }
    try {
      target.restore(state);
      target.readBack(state);
      return true;
    } catch (SporeException refused) {
      assertThat(refused.getMessage()).containsAnyOf("vcpus[0]", "vm.", "time-stamp counter");
      return false;
    }
  }

  private static List<String> others(String value) {
    List<String> others = new ArrayList<>();
    if (value.startsWith("\"")) {
      String digits = value.substring(1, value.length() - 1);
      others.add("0".repeat(digits.length()));
      others.add("f".repeat(digits.length()));
      others.add(flipped(digits.charAt(0), 8) + digits.substring(1));
      others.add(
          digits.substring(0, digits.length() - 1)
              + flipped(digits.charAt(digits.length() - 1), 1));
      others.replaceAll(text -> '"' + text + '"');
    } else if (value.equals("true") || value.equals("false")) {
      others.add(value.equals("true") ? "false" : "true");
    } else {
      others.addAll(
          List.of("0", "1", "7", "255", "65535", "2147483647", "9223372036854775807", "-1"));
    }
    others.remove(value);
    return others;
  }

  private static String flipped(char digit, int bits) {
    return Integer.toHexString(Character.digit(digit, 16) ^ bits);
  }
}
