package dev.spore.vmm.ram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresKvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM that collects garbage all the time while vCPUs wait for pages its threads bring: if any of
 * those threads could wait for a page itself, it would stop for good within seconds.
 */
@RequiresKvm
final class GcPressureTest {
  private static final Duration ORDINARY = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofMinutes(10);

  /**
   * On top of what the child was told: no slow host needs it, and a child that hangs never ends.
   */
  private static final Duration GRACE = Duration.ofMinutes(2);

  @TempDir Path directory;

  @Test
  void collectingGarbageNeverHangsALazyRestore() throws Exception {
    assertRuns(ORDINARY);
  }

  @Test
  @Tag("slow")
  void norDoesItForALongTime() throws Exception {
    assertRuns(LONG);
  }

  private void assertRuns(Duration duration) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx32m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    GcPressure.class.getName(),
                    directory.resolve("chunks").toString(),
                    Long.toString(duration.toSeconds())))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = child.waitFor(duration.plus(GRACE).toSeconds(), TimeUnit.SECONDS);
    child.destroyForcibly().waitFor();
    assertThat(output).content().contains("all sums right");
    assertThat(ended).as("ended by itself").isTrue();
    assertThat(child.exitValue()).isZero();
  }
}
