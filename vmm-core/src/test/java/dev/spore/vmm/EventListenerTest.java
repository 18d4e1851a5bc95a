package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresKvm;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listeners that misbehave hurt themselves alone. */
@RequiresKvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EventListenerTest {
  /** Fills the console far beyond what waits for a listener, then switches off. */
  private static final String FLOOD =
      """
      66 ba f8 03           mov dx, 0x3f8
      b9 00 02 00 00        mov ecx, 512
      more:
      b0 78                 mov al, 'x'
      ee                    out dx, al
      ff c9                 dec ecx
      0f 85 >more           jnz more
      """
          + GuestKernel.HELLO
          + GuestKernel.POWER_OFF;

  @TempDir Path directory;

  private MachineSpec flood() {
    return GuestKernel.spec(directory, FLOOD).build();
  }

  @Test
  void listenerThatThrowsIsLoggedWithinBoundsAndStillHearsTheLast() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    AtomicReference<MachineEvent> last = new AtomicReference<>();
    try (LogRecorder log = new LogRecorder("dev.spore.vmm")) {
      try (Machine machine =
          Machine.boot(
              flood(),
              event -> {
                calls.incrementAndGet();
                last.set(event);
                throw new IllegalStateException("listener at fault");
              })) {
        assertThat(machine.exit().get(100, TimeUnit.SECONDS)).isEqualTo(new MachineExit.PowerOff());
      }
      assertThat(last).hasValue(new MachineEvent.Exited(new MachineExit.PowerOff()));
      assertThat(log.count()).isPositive().isLessThanOrEqualTo(calls.get());
      assertThat(log.messages()).allMatch(message -> message.contains("listener at fault"));
    }
  }

  @Test
  void listenerThatBlocksHoldsUpNeitherGuestNorClose() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    List<MachineEvent> heard = new CopyOnWriteArrayList<>();
    Machine machine =
        Machine.boot(
            flood(),
            event -> {
              heard.add(event);
              await(never);
            });
    assertThat(machine.exit().get(100, TimeUnit.SECONDS)).isEqualTo(new MachineExit.PowerOff());
    assertThat(machine.consoleTail()).endsWith("xhi\n");
    machine.close();
    assertThat(heard).first().isInstanceOf(MachineEvent.FirstRun.class);
    assertThat(Footprint.now().threads()).isSubsetOf("machine-events");
    never.countDown();
  }

  @Test
  void listenerMayCloseTheMachine() throws Exception {
    CompletableFuture<Machine> self = new CompletableFuture<>();
    CountDownLatch closed = new CountDownLatch(1);
    Machine machine =
        Machine.boot(
            GuestKernel.spec(directory, GuestKernel.HELLO + GuestKernel.SPIN).build(),
            event -> {
              if (event instanceof MachineEvent.ConsoleOutput) {
                self.join().close();
                closed.countDown();
              }
            });
    self.complete(machine);
    closed.await();
    machine.close();
    assertThat(machine.exit().get(100, TimeUnit.SECONDS)).isEqualTo(new MachineExit.Closed());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
