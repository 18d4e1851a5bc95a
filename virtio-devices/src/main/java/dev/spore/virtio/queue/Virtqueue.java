package dev.spore.virtio.queue;

import dev.spore.virtio.memory.GuestMemory;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One split virtqueue as the device side sees it (virtio 1.2 §2.7), with indirect descriptors and
 * event-index notification suppression where negotiated.
 *
 * <p>Used inside {@code VirtioDevice}'s activate, process and reset only, which the transport
 * serialises; needs no lock. After a reset every method is without effect, so a request that
 * outlives its queue cannot write to memory the driver has taken back.
 *
 * <p>The pattern of a device that serves what the driver offers:
 *
 * <pre>{@code
 * for (int n = 0; n < BATCH; n++) {
 *   DescriptorChain chain = queue.poll();
 *   if (chain == null) break;
 *   queue.addUsed(chain, serve(chain));
 * }
 * return queue.finish(); // true: more is waiting
 * }</pre>
 *
 * A device that only takes buffers when it has something to deliver (a receive queue) puts an
 * unneeded one back and ignores what {@link #finish()} returns while it has nothing to deliver.
 */
public final class Virtqueue {
  /** VIRTIO_F_INDIRECT_DESC (virtio 1.2 §6), a feature bit number. */
  public static final int F_INDIRECT_DESC = 28;

  /** VIRTIO_F_EVENT_IDX (virtio 1.2 §6), a feature bit number. */
  public static final int F_EVENT_IDX = 29;

  private static final int AVAIL_F_NO_INTERRUPT = 1;

  /** What an open queue has and an unused one lacks. */
  private record Ring(
      GuestMemory memory,
      QueueLayout layout,
      DescriptorWalk walk,
      boolean eventIndex,
      Runnable signal) {}

  private @Nullable Ring ring;
  private final boolean[] inFlight;
  private int inFlightCount;
  private int nextAvail;
  private int nextUsed;
  private int signalledUsed;
  private int usedSinceSignal;
  private long signals;
  private @Nullable DescriptorChain lastPolled;

  private Virtqueue(@Nullable Ring ring) {
    this.ring = ring;
    this.inFlight = new boolean[ring == null ? 0 : ring.layout().size()];
  }

  /** A queue the driver did not set up. */
  public static Virtqueue unused() {
    return new Virtqueue(null);
  }

  /**
   * A queue over a ring that has just been set up.
   *
   * @param layout already validated against {@code memory}
   * @param features the negotiated bits
   * @param signal called when the driver wants to hear of used buffers
   */
  public static Virtqueue open(
      GuestMemory memory, QueueLayout layout, long features, Runnable signal) {
    boolean indirect = (features >>> F_INDIRECT_DESC & 1) != 0;
    boolean eventIndex = (features >>> F_EVENT_IDX & 1) != 0;
    DescriptorWalk walk = new DescriptorWalk(memory, layout, indirect);
    return new Virtqueue(new Ring(memory, layout, walk, eventIndex, signal));
  }

  /**
   * A queue over a ring that was in use, with nothing in flight: goes on where it was. Reads the
   * ring, writes nothing.
   *
   * @param layout already validated against {@code memory}
   * @param features the negotiated bits
   * @param signal called when the driver wants to hear of used buffers
   * @param nextAvail see {@link #nextAvail()}
   * @param nextUsed see {@link #nextUsed()}
   * @throws QueueException if a ring of this content was never at these positions
   */
  public static Virtqueue resume(
      GuestMemory memory,
      QueueLayout layout,
      long features,
      Runnable signal,
      int nextAvail,
      int nextUsed) {
    if (nextAvail != nextUsed) {
      throw new QueueException(
          "%d taken and %d used: something would be in flight".formatted(nextAvail, nextUsed));
    }
    int used = memory.u16(layout.deviceGpa() + QueueLayout.INDEX_OFFSET);
    if (used != nextUsed) {
      throw new QueueException("used index is %d in memory, not %d".formatted(used, nextUsed));
    }
    Virtqueue queue = open(memory, layout, features, signal);
    queue.nextAvail = nextAvail;
    queue.nextUsed = nextUsed;
    queue.signalledUsed = nextUsed;
    queue.waiting();
    return queue;
  }

  /** Next avail index to be read, 0 to 65535. */
  public int nextAvail() {
    return nextAvail;
  }

  /** Next used index to be written, 0 to 65535. */
  public int nextUsed() {
    return nextUsed;
  }

  /** Whether nothing is in flight and the driver was told of everything used. */
  public boolean isSettled() {
    return inFlightCount == 0 && usedSinceSignal == 0;
  }

  /** Whether the driver set the queue up and has not reset the device since. */
  public boolean isReady() {
    return ring != null;
  }

  /** Number of descriptors the driver chose; 0 for a queue that is not ready. */
  public int size() {
    return ring == null ? 0 : ring.layout().size();
  }

  /** Chains polled and not yet used; never more than {@link #size()}. */
  public int inFlight() {
    return inFlightCount;
  }

  /**
   * Takes the next available chain, walked once, copied and validated; null when there is none.
   *
   * @throws QueueException if the driver broke the rules of the ring
   */
  public @Nullable DescriptorChain poll() {
    Ring open = ring;
    if (open == null) {
      return null;
    }
    if (waiting() == 0) {
      return null;
    }
    QueueLayout layout = open.layout();
    int slot = nextAvail & (layout.size() - 1);
    int head = open.memory().u16(layout.driverGpa() + QueueLayout.RING_OFFSET + 2L * slot);
    if (head >= layout.size()) {
      throw new QueueException("head %d in a ring of %d".formatted(head, layout.size()));
    }
    if (inFlight[head]) {
      throw new QueueException("head %d is offered again while in flight".formatted(head));
    }
    DescriptorChain chain = open.walk().walk(head);
    inFlight[head] = true;
    inFlightCount++;
    nextAvail = (nextAvail + 1) & 0xffff;
    lastPolled = chain;
    return chain;
  }

  /**
   * Undoes the latest {@link #poll()}: the chain will be offered, and walked, again.
   *
   * @throws IllegalStateException if {@code chain} is not what the latest poll returned
   */
  public void putBack(DescriptorChain chain) {
    if (ring == null) {
      return;
    }
    if (lastPolled != chain) {
      throw new IllegalStateException("chain " + chain.head() + " was not polled last");
    }
    land(chain);
    nextAvail = (nextAvail - 1) & 0xffff;
  }

  /**
   * Gives a chain back to the driver; it learns of it at {@link #finish()}.
   *
   * @param writtenBytes how much of the writable part was filled, 0 to 2^32-1
   */
  public void addUsed(DescriptorChain chain, long writtenBytes) {
    Ring open = ring;
    if (open == null) {
      return;
    }
    land(chain);
    QueueLayout layout = open.layout();
    int slot = nextUsed & (layout.size() - 1);
    long element =
        layout.deviceGpa() + QueueLayout.RING_OFFSET + (long) QueueLayout.USED_ELEMENT_BYTES * slot;
    open.memory().putU32(element, chain.head());
    open.memory().putU32(element + 4, writtenBytes);
    nextUsed = (nextUsed + 1) & 0xffff;
    usedSinceSignal++;
    open.memory().putU16Release(layout.deviceGpa() + QueueLayout.INDEX_OFFSET, nextUsed);
  }

  /**
   * Ends a batch: interrupts the driver if it wants to hear of what was used, and asks to be
   * notified of whatever it makes available from here on.
   *
   * @return true when chains are available: nobody will be notified of those, so poll again
   */
  public boolean finish() {
    Ring open = ring;
    if (open == null) {
      return false;
    }
    signal(open);
    askFor(open, nextAvail);
    return availIndex(open) != nextAvail;
  }

  /**
   * Ends a batch like {@link #finish()} in a queue whose waiting chains are kept for later: asks to
   * be notified of the next one beyond those.
   *
   * @return number of chains waiting, 0 to {@link #size()}
   * @throws QueueException if the driver broke the rules of the ring
   */
  public int finishBeyond() {
    Ring open = ring;
    if (open == null) {
      return 0;
    }
    signal(open);
    askFor(open, availIndex(open));
    return waiting();
  }

  private void signal(Ring open) {
    if (usedSinceSignal > 0) {
      boolean wanted = wantsInterrupt(open);
      signalledUsed = nextUsed;
      usedSinceSignal = 0;
      if (wanted) {
        signals++;
        open.signal().run();
      }
    }
  }

  /** How often {@link #finish()} has interrupted the driver. */
  public long signals() {
    return signals;
  }

  /**
   * The driver has just been interrupted for another queue of the device: as that interrupt means
   * all queues (virtio 1.2 §4.2.2, InterruptStatus), it needs none for what was used here before.
   */
  public void coverBySignal() {
    signalledUsed = nextUsed;
    usedSinceSignal = 0;
  }

  /** Asks to be notified when the available index passes {@code index}. */
  private static void askFor(Ring open, int index) {
    if (open.eventIndex()) {
      long availEvent = open.layout().availEventGpa();
      // What is there already needs no write, which would make the page one a capture must keep.
      if (open.memory().u16(availEvent) != index) {
        open.memory().putU16(availEvent, index);
      }
    }
    // Publish avail_event before looking again: the driver publishes idx, then looks at avail_event
    // (§2.7.10), so that one of the two sides sees the other's write.
    VarHandle.fullFence();
  }

  /** Chains offered and not taken, 0 to the size of the ring. */
  private int waiting() {
    Ring open = ring;
    if (open == null) {
      return 0;
    }
    int waiting = (availIndex(open) - nextAvail) & 0xffff;
    if (waiting > open.layout().size()) {
      throw new QueueException(
          "available index is %d ahead in a ring of %d".formatted(waiting, open.layout().size()));
    }
    return waiting;
  }

  /** Ends the queue at reset: from here on no method touches guest memory. */
  public void close() {
    ring = null;
    lastPolled = null;
    inFlightCount = 0;
  }

  /** §2.7.7.2; the fence pairs with the driver's between its used_event and its look at idx. */
  private boolean wantsInterrupt(Ring open) {
    VarHandle.fullFence();
    if (!open.eventIndex()) {
      return (open.memory().u16(open.layout().driverGpa()) & AVAIL_F_NO_INTERRUPT) == 0;
    }
    if (usedSinceSignal > 0xffff) {
      return true;
    }
    int event = open.memory().u16(open.layout().usedEventGpa());
    return ((nextUsed - event - 1) & 0xffff) < ((nextUsed - signalledUsed) & 0xffff);
  }

  private void land(DescriptorChain chain) {
    if (!inFlight[chain.head()]) {
      throw new IllegalStateException("chain " + chain.head() + " is not in flight");
    }
    inFlight[chain.head()] = false;
    inFlightCount--;
    if (lastPolled == chain) {
      lastPolled = null;
    }
  }

  private static int availIndex(Ring open) {
    return open.memory().u16Acquire(open.layout().driverGpa() + QueueLayout.INDEX_OFFSET);
  }
}
