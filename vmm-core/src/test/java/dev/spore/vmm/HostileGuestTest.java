package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.virtio.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a guest does to its board, the VMM neither throws, leaks, nor logs without limit. */
@RequiresKvm
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileGuestTest {
  private static final Duration SHORT = Duration.ofSeconds(5);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** How long to go on at most until everything of {@link #MUST_HAPPEN} has happened. */
  private static final Duration AT_MOST = Duration.ofMinutes(2);

  /** Without these the guest has not attacked what it is meant to attack. */
  private static final Set<String> MUST_HAPPEN =
      Set.of(
          "refused_ports",
          "refused_mmio",
          "console-0 mmio_refused_accesses",
          "console-0 mmio_guest_faults",
          "console-0 mmio_resets",
          "rng-2 mmio_guest_faults",
          "rng-2 bytes",
          "vsock-1 mmio_refused_accesses",
          "vsock-1 mmio_resets",
          "blk-3 mmio_guest_faults",
          "blk-3 served",
          "blk-3 unsupported");

  @TempDir Path directory;

  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  private Thread.@Nullable UncaughtExceptionHandler handlerBefore;

  @BeforeEach
  void catchWhatThreadsDoNot() {
    handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.add(error));
  }

  @AfterEach
  void restoreHandler() {
    Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
  }

  @Test
  void oneProcessor() throws Exception {
    attack(1, 0x5eed_0001L, SHORT);
  }

  @Test
  void twoProcessorsAtOnce() throws Exception {
    attack(2, 0x5eed_0002L, SHORT);
  }

  @Test
  @Tag("slow")
  void longer() throws Exception {
    attack(1, 0x5eed_0003L, LONG);
    attack(2, 0x5eed_0004L, LONG);
  }

  /**
   * Attacks for {@code duration}, and until everything that must happen has happened. A guest that
   * kills itself (its rings may point at its own code) is booted again with another seed.
   */
  private void attack(int vcpus, long firstSeed, Duration duration) throws Exception {
    Footprint before = Footprint.now();
    Map<String, Long> seen = new TreeMap<>();
    long start = System.nanoTime();
    try (LogRecorder log = new LogRecorder("dev.spore")) {
      long seed = firstSeed;
      while (goesOn(System.nanoTime() - start, duration, seen)) {
        long left = duration.toNanos() - (System.nanoTime() - start);
        int logged = log.count();
        long booted = System.nanoTime();
        round(vcpus, seed++, Duration.ofNanos(Math.max(left, SHORT.toNanos() / 2)), seen);
        assertThat(log.count() - logged)
            .as("log messages of one machine")
            .isLessThanOrEqualTo(allowedMessages(System.nanoTime() - booted, seen));
      }
      assertThat(log.count()).isPositive();
    }
    assertThat(happened(seen)).containsAll(MUST_HAPPEN);
    assertThat(uncaught).isEmpty();
    Footprint after = Footprint.now();
    assertThat(after.threads()).isEqualTo(before.threads());
    assertThat(after.pages()).isEqualTo(before.pages());
    assertThat(after.descriptors()).isEqualTo(before.descriptors());
    assertThat(after.bytes()).isLessThan(before.bytes() + (1L << 30));
  }

  private static boolean goesOn(long nanos, Duration duration, Map<String, Long> seen) {
    return nanos < duration.toNanos()
        || (nanos < AT_MOST.toNanos() && !happened(seen).containsAll(MUST_HAPPEN));
  }

  private static Set<String> happened(Map<String, Long> seen) {
    return seen.entrySet().stream()
        .filter(e -> e.getValue() > 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Each device has a limited log, its registers and rings another, the event listener a third. */
  private static int allowedMessages(long nanos, Map<String, Long> seen) {
    long windows = nanos / Limits.LOG_WINDOW_NANOS + 1;
    long logs = 2 * seen.getOrDefault("devices", 0L) + 1;
    return (int) (windows * logs * Limits.LOG_MESSAGES_MAX);
  }

  private void round(int vcpus, long seed, Duration duration, Map<String, Long> seen)
      throws Exception {
    MachineSpec spec =
        GuestKernel.spec(directory, HostileGuest.listing(seed * 0x9e37_79b9_7f4a_7c15L))
            .vcpus(vcpus)
            .disk(new DiskSpec(disk(), false))
            .build();
    List<String> threads;
    boolean alive;
    try (Machine machine = Machine.boot(spec, event -> {})) {
      machine.awaitExit(duration);
      threads = Footprint.threadsOfMachines();
      alive = !machine.exit().isDone();
      add(seen, machine.metrics());
      if (!alive) {
        assertThat(machine.exit().join()).isNotInstanceOf(MachineExit.PowerOff.class);
        assertThat(machine.exit().join().describe()).doesNotContain("internal error");
      }
    }
    assertThat(threads).contains("blk-3", "console-0", "rng-2", "vsock-1");
    if (alive && vcpus == 2) {
      assertThat(threads).contains("vcpu-0", "vcpu-1");
    }
  }

  private Path disk() throws IOException {
    Path image = Files.createTempFile(directory, "disk", ".img");
    Files.write(image, new byte[64 << 10]);
    return image;
  }

  private static void add(Map<String, Long> seen, MachineMetrics metrics) {
    seen.merge("devices", (long) metrics.devices().size(), Math::max);
    seen.merge("refused_ports", metrics.refusedPortAccesses(), Long::sum);
    seen.merge("refused_mmio", metrics.refusedMmioAccesses(), Long::sum);
    Map<String, Long> disk = metrics.devices().getOrDefault("blk-3", Map.of());
    for (String kind : List.of("reads", "writes", "flushes")) {
      seen.merge("blk-3 served", disk.getOrDefault(kind, 0L), Long::sum);
    }
    metrics
        .devices()
        .forEach((device, counters) ->
            counters.forEach((name, count) -> seen.merge(device + " " + name, count, Long::sum)));
  }
}
