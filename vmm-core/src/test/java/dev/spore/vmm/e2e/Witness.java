package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code witness.c} has to say.
 *
 * @param nonce what it was started with
 * @param turns of each worker
 * @param faults zero if registers, clock and nonce were always as they should be
 */
record Witness(long nonce, List<Long> turns, int faults) {
  /** Asks one that runs, after each worker has made {@code more} turns from now on. */
  static Witness look(Guest guest, String file, int more) throws Exception {
    Ran ran = guest.run("/tmp/witness", "look", file, Integer.toString(more));
    assertThat(ran.status()).as(ran.err()).isZero();
    Map<String, String> lines = lines(ran);
    return new Witness(
        Long.parseLong(lines.getOrDefault("nonce", "")),
        Arrays.stream(lines.getOrDefault("turns", "").split(" ", -1)).map(Long::valueOf).toList(),
        Integer.parseInt(lines.getOrDefault("faults", "")));
  }

  /** What tells the machine from its copies, and the time it has. */
  static Map<String, String> self(Guest guest) throws Exception {
    Ran ran = guest.run("/tmp/witness", "self");
    assertThat(ran.status()).as(ran.err()).isZero();
    return lines(ran);
  }

  private static Map<String, String> lines(Ran ran) {
    return ran.out()
        .lines()
        .map(line -> line.split(" ", 2))
        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
  }

  /** It is the one that was started, and went on since {@code before} without a fault. */
  void assertWentOnSince(Witness before) {
    assertThat(nonce).isEqualTo(before.nonce);
    assertThat(faults).as("faults, as in witness.c").isZero();
    for (int i = 0; i < turns.size(); i++) {
      assertThat(turns.get(i)).as("turns of worker %d", i).isGreaterThan(before.turns.get(i));
    }
  }
}
