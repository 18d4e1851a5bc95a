package dev.spore.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GuestLogTest {
  private final List<String> lines = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong();
  private final GuestLog log = new GuestLog(new Lines(), clock::get);

  @Test
  void aFloodPrintsABurstAndCountsTheRest() {
    AtomicInteger built = new AtomicInteger();
    for (int i = 0; i < 100_000; i++) {
      log.warn(() -> "bad " + built.incrementAndGet());
    }

    assertThat(lines).hasSize(Limits.LOG_BURST);
    assertThat(built).hasValue(Limits.LOG_BURST);
    assertThat(log.suppressedTotal()).isEqualTo(100_000L - Limits.LOG_BURST);
  }

  @Test
  void theNextWindowSaysHowManyWereLeftOut() {
    for (int i = 0; i < Limits.LOG_BURST + 7; i++) {
      log.warn(() -> "bad");
    }
    clock.addAndGet(Limits.LOG_WINDOW_NANOS);
    log.warn(() -> "later");
    log.warn(() -> "latest");

    assertThat(lines)
        .endsWith("later (7 messages before it left out)", "latest")
        .hasSize(Limits.LOG_BURST + 2);
  }

  /** Keeps what a logger would print. */
  private final class Lines implements System.Logger {
    @Override
    public String getName() {
      return "lines";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
      lines.add(message);
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String format, Object @Nullable ... params) {
      lines.add(format);
    }
  }
}
