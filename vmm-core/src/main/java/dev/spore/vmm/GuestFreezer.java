package dev.spore.vmm;

import dev.spore.vmm.agent.AgentClient;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Has the processes of a guest stand still while it is saved: a copy of it wakes them only when it
 * has an identity of its own. One save at a time.
 */
final class GuestFreezer {
  private final AtomicReference<@Nullable AgentClient> last = new AtomicReference<>();
  private final Connecting connecting;

  /** Reaches the agent of a guest to which no connection is left. */
  interface Connecting {
    AgentClient connect() throws InterruptedException;
  }

  GuestFreezer(Connecting connecting) {
    this.connecting = connecting;
  }

  /**
   * The agent has been reached, and the machine has its identity. Before that there is nothing to
   * do: a machine that booted has no process, one that was restored has them frozen.
   */
  void connected(AgentClient client) {
    last.set(client);
  }

  /** Whether it has ever been reached. */
  boolean isConnected() {
    return last.get() != null;
  }

  /**
   * Makes them stand still.
   *
   * @throws SporeException runtime.execution_failed naming what is in the way; they go on then
   */
  Held hold() throws InterruptedException {
    long started = System.nanoTime();
    AgentClient client = last.get();
    if (client == null) {
      return new Held(null, 0);
    }
    try {
      if (!client.isConnected()) {
        client = connecting.connect();
        last.set(client);
      }
      client.freeze(VmmLimits.FREEZE_WAIT, VmmLimits.AGENT_SLACK);
    } catch (SporeException e) {
      throw new SporeException(
          ErrorCode.RUNTIME_EXECUTION_FAILED, e.getMessage() + "; the machine was not saved", e);
    }
    return new Held(client, System.nanoTime() - started);
  }

  /** Processes that stand still. */
  static final class Held {
    private @Nullable AgentClient client;
    private long nanos;

    private Held(@Nullable AgentClient client, long nanos) {
      this.client = client;
      this.nanos = nanos;
    }

    /**
     * Lets them go on. If the guest does not answer, whoever uses its agent learns of it.
     * Idempotent.
     */
    void release() {
      AgentClient holder = client;
      client = null;
      if (holder == null) {
        return;
      }
      long started = System.nanoTime();
      try {
        holder.thaw(VmmLimits.AGENT_SLACK);
      } catch (InterruptedException e) {
        // The request is on its way; only the answer is not waited for.
        Thread.currentThread().interrupt();
      }
      nanos += System.nanoTime() - started;
    }

    /** How long freezing took, and thawing if they have been let go. */
    long nanos() {
      return nanos;
    }
  }
}
