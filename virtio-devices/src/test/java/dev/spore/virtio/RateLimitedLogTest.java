package dev.spore.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {
  private final List<String> lines = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong();
  private final RateLimitedLog log = new RateLimitedLog(Lines::new, "rng", clock::get);

  @Test
  void aFloodPrintsABurstAndBuildsNoMoreMessages() {
    AtomicInteger built = new AtomicInteger();
    for (int i = 0; i < 100_000; i++) {
      log.guestFault(() -> "bad " + built.incrementAndGet());
    }

    assertThat(lines).hasSize(Limits.LOG_MESSAGES_MAX);
    assertThat(built).hasValue(Limits.LOG_MESSAGES_MAX);
  }

  @Test
  void theNextWindowSaysHowManyWereSuppressed() {
    for (int i = 0; i < Limits.LOG_MESSAGES_MAX + 7; i++) {
      log.guestFault(() -> "bad");
    }
    clock.addAndGet(Limits.LOG_WINDOW_NANOS);
    log.guestFault(() -> "later");
    log.guestFault(() -> "latest");

    assertThat(lines)
        .endsWith("rng: later (7 messages before it suppressed)", "rng: latest")
        .hasSize(Limits.LOG_MESSAGES_MAX + 2);
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
