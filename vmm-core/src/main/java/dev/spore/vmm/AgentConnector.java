package dev.spore.vmm;

import dev.spore.virtio.vsock.VsockDevice;
import dev.spore.virtio.vsock.VsockStream;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.AgentLimits;
import dev.spore.vmm.agent.LiveSessions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reaches the agent of a machine that is still booting, and says how far the guest came if it
 * cannot. Used by one thread, once.
 */
final class AgentConnector {
  /** Old guest kernels may lose the answer to an attempt made while their driver starts. */
  private static final Duration ATTEMPT = Duration.ofSeconds(10);

  private static final Duration EXIT_KNOWN_WITHIN = Duration.ofMillis(200);

  private final Machine machine;
  private final VsockDevice vsock;
  private final LiveSessions sessions;
  private final Duration retryEvery;
  private final long deadline;
  private final Duration timeout;
  private Phase phase = Phase.KERNEL;

  /** How far the guest has come, as far as the host can see. */
  private enum Phase {
    KERNEL("the guest kernel has not started its socket driver"),
    AGENT("the guest kernel is up, and no agent listens"),
    GREETING("the agent accepted the connection and did not answer");

    private final String text;

    Phase(String text) {
      this.text = text;
    }
  }

  /**
   * @param sessions those of the machine
   * @param retryEvery how long to wait after a refusal: each attempt costs the guest time
   */
  AgentConnector(
      Machine machine,
      VsockDevice vsock,
      LiveSessions sessions,
      Duration retryEvery,
      Duration timeout) {
    this.machine = machine;
    this.vsock = vsock;
    this.sessions = sessions;
    this.retryEvery = retryEvery;
    this.timeout = timeout;
    this.deadline = System.nanoTime() + timeout.toNanos();
  }

  /**
   * Connects and shakes hands.
   *
   * @throws SporeException runtime.start_failed when the guest ended, or did not get ready in time
   */
  AgentClient connect() throws InterruptedException {
    while (true) {
      if (machine.exit().isDone()) {
        throw ended();
      }
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (!left.isPositive()) {
        throw late();
      }
      try {
        return greet(vsock.connect(AgentLimits.PORT, left.compareTo(ATTEMPT) < 0 ? left : ATTEMPT));
      } catch (ConnectException refused) {
        phase = Phase.AGENT;
        pause();
      } catch (SocketTimeoutException unanswered) {
        // The loop looks at the deadline.
        pause();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private AgentClient greet(VsockStream stream) throws InterruptedException, IOException {
    phase = Phase.GREETING;
    AtomicBoolean tooLate = new AtomicBoolean();
    Thread watchdog =
        Thread.ofVirtual()
            .name("agent-greeting")
            .start(() -> {
              try {
                TimeUnit.NANOSECONDS.sleep(Math.max(0, deadline - System.nanoTime()));
                tooLate.set(true);
                stream.close();
              } catch (InterruptedException greeted) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      return AgentClient.connect(stream.input(), stream.output(), stream, sessions);
    } catch (SporeException e) {
      if (tooLate.get()) {
        throw late();
      }
      machine.awaitExit(EXIT_KNOWN_WITHIN);
      throw machine.exit().isDone() ? ended() : e;
    } finally {
      watchdog.interrupt();
    }
  }

  /** Waits between attempts, or until the machine ends. */
  private void pause() throws InterruptedException {
    machine.awaitExit(retryEvery);
  }

  /** Streams close a moment before the exit is known. */
  private SporeException failed(IOException cause) throws InterruptedException {
    machine.awaitExit(EXIT_KNOWN_WITHIN);
    if (machine.exit().isDone()) {
      return ended();
    }
    return new SporeException(
        ErrorCode.RUNTIME_START_FAILED,
        "the connection to the guest agent failed: %s".formatted(cause.getMessage()),
        cause);
  }

  private SporeException late() {
    return new SporeException(
        ErrorCode.RUNTIME_START_FAILED,
        "the guest was not ready after %d s: %s%s"
            .formatted(timeout.toSeconds(), phase.text, machine.consoleForMessage()));
  }

  private SporeException ended() {
    if (machine.exit().join() instanceof MachineExit.MemoryLost(SporeException reason)) {
      return reason;
    }
    return new SporeException(
        ErrorCode.RUNTIME_START_FAILED,
        "the guest ended before its agent answered: %s%s"
            .formatted(machine.exit().join().describe(), machine.consoleForMessage()));
  }
}
