package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeFork;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Copies of one machine, many and at the same time: each is itself, and none feels another. */
@RequiresGuest
@ExtendWith(SavedGuest.Shared.class)
final class ClonesTest {
  private static final long CLOCK_NANOS_MAX = Duration.ofMillis(500).toNanos();
  private static final List<String> OWN =
      List.of("getrandom", "uuid", "hostname", "machine-id", "generation");

  private final SavedGuest saved;

  @TempDir Path directory;

  ClonesTest(SavedGuest saved) {
    this.saved = saved;
  }

  @Test
  void aHundredShareNothingThatShouldBeTheirOwn() throws Exception {
    assertAllDiffer(100);
  }

  @Test
  @Tag("slow")
  void norDoAThousand() throws Exception {
    assertAllDiffer(1000);
  }

  private void assertAllDiffer(int count) throws Exception {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<?>> clones = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        clones.add(
            threads.submit(() -> {
              runOne(seen);
              return null;
            }));
      }
      for (Future<?> clone : clones) {
        clone.get();
      }
    }
    assertThat(seen).hasSize(count * OWN.size());
  }

  private void runOne(Set<String> seen) throws Exception {
    try (Guest clone = saved.restore(saved.spore(), RestoreMode.BACKING)) {
      long before = wallNanos();
      Map<String, String> self = Witness.self(clone);
      long after = wallNanos();
      for (String name : OWN) {
        String value = self.getOrDefault(name, "");
        assertThat(value).as(name).isNotBlank();
        assertThat(seen.add(name + " " + value)).as("%s %s is new", name, value).isTrue();
      }
      assertThat(Long.parseLong(self.getOrDefault("realtime", "")))
          .as("the guest's wall clock")
          .isBetween(before - CLOCK_NANOS_MAX, after + CLOCK_NANOS_MAX);
    }
  }

  private static long wallNanos() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }

  @Test
  void sourceAndTwoCopiesRunAtOnceWithoutInfluence() throws Exception {
    Path spore = directory.resolve("spore");
    try (Guest source = saved.restore(saved.spore(), RestoreMode.EAGER)) {
      source.sh("echo old > /tmp/who; printf old > /dev/vda; sync");
      source.machine().save(new SaveSpec(spore, Map.of(), true));
      Witness before = Witness.look(source, SavedGuest.WITNESS, 1);
      try (Guest one = saved.restore(spore, RestoreMode.LAZY);
          Guest two = saved.restore(spore, RestoreMode.BACKING)) {
        Map<String, Guest> all = Map.of("source", source, "one", one, "two", two);
        for (Map.Entry<String, Guest> each : all.entrySet()) {
          assertThat(each.getValue().sh("cat /tmp/who; head -c 3 /dev/vda").out())
              .as(each.getKey())
              .isEqualTo("old\nold");
          String name = each.getKey();
          each.getValue()
              .sh("echo %s > /tmp/who; printf %s > /dev/vda; sync".formatted(name, name));
        }
        for (Map.Entry<String, Guest> each : all.entrySet()) {
          String name = each.getKey();
          assertThat(
                  each.getValue().sh("cat /tmp/who; head -c %d /dev/vda".formatted(name.length())))
              .extracting(Ran::out)
              .isEqualTo(name + "\n" + name);
          Witness after = Witness.look(each.getValue(), SavedGuest.WITNESS, 1);
          assertThat(after.nonce()).isEqualTo(SavedGuest.NONCE);
          assertThat(after.faults()).isZero();
        }
        Witness.look(source, SavedGuest.WITNESS, 1).assertWentOnSince(before);
      }
    }
  }

  @Test
  void childrenOfAForkGoOnWhereTheirParentStoodAndKnowWhichTheyAre() throws Exception {
    Path children = directory.resolve("children");
    SporeFork.fork(Spore.open(saved.spore()), 2, children);
    Witness before = new Witness(SavedGuest.NONCE, List.of(0L), 0);
    for (int i = 0; i < 2; i++) {
      try (Guest child =
          saved.restore(children.resolve(SporeFork.childName(i)), RestoreMode.LAZY)) {
        Witness.look(child, SavedGuest.WITNESS, 1).assertWentOnSince(before);
        assertThat(child.sh(". /run/spore/env; echo $SPORE_FORK_INDEX of $SPORE_FORK_COUNT").out())
            .isEqualTo("%d of 2\n".formatted(i));
      }
    }
  }
}
