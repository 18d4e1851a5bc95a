package dev.spore.virtio.vsock;

import dev.spore.virtio.Limits;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.queue.ChainReader;
import dev.spore.virtio.queue.ChainWriter;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.Virtqueue;
import dev.spore.virtio.vsock.ConnectionTable.Outcome;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Moves packets between the rings and the connections. Device thread, but for {@link #owe}.
 *
 * <p>The rules for packets that are not as they should be: a header that does not fit its chain is
 * dropped and counted, and ends the connection it names, since bytes of its stream are missing; a
 * source CID other than the guest's own is dropped and counted without an answer, as the answer
 * would go to the wrong guest; everything else that leads nowhere is answered RST. Answers wait in
 * a bounded queue, and while it is full nothing is taken from the guest (virtio 1.2 §5.10.6.4.2).
 */
final class PacketSwitch {
  private final long guestCid;
  private final ConnectionTable table;
  private final VsockListeners listeners;
  private final VsockMetrics metrics;
  private final RateLimitedLog log;
  private final ArrayDeque<VsockHeader> replies = new ArrayDeque<>();
  private final ConcurrentLinkedQueue<VsockConnection> owing = new ConcurrentLinkedQueue<>();
  private final Runnable doorbell;
  private final byte[] scratch = new byte[VsockHeader.BYTES];
  private final UnreturnedPackets unreturned = new UnreturnedPackets();

  /**
   * @param doorbell brings the device thread here
   */
  PacketSwitch(
      long guestCid,
      ConnectionTable table,
      VsockListeners listeners,
      VsockMetrics metrics,
      RateLimitedLog log,
      Runnable doorbell) {
    this.guestCid = guestCid;
    this.table = table;
    this.listeners = listeners;
    this.metrics = metrics;
    this.log = log;
    this.doorbell = doorbell;
  }

  /** {@code connection} owes the guest a packet. Any thread. */
  void owe(VsockConnection connection) {
    if (connection.markQueued()) {
      owing.add(connection);
      doorbell.run();
    }
  }

  /** {@code connection} is gone before the guest heard of it. Any thread. */
  void disown(VsockConnection connection) {
    owing.remove(connection);
  }

  /** Forgets the answers owed; connections are the caller's to end. */
  void clear() {
    replies.clear();
    unreturned.clear();
    owing.removeIf(connection -> !connection.isUntold());
  }

  /**
   * Moves what can be moved, within a bound, both ways.
   *
   * @return true when there is more that can be moved
   */
  boolean process(Virtqueue receive, Virtqueue transmit) {
    takeFromGuest(transmit);
    Given given = giveToGuest(receive);
    // Before the interrupt for what was given: it is for these buffers too.
    if (given.used() > 0 || unreturned.isMuch(transmit.size())) {
      unreturned.returnAll(transmit);
    }
    long before = receive.signals();
    boolean moreToGuest = given.touched() && receive.finish() && isOwing();
    if (receive.signals() != before) {
      transmit.coverBySignal();
    }
    boolean moreFromGuest = transmit.finish();
    // Only now is it known whether the answers that stopped the guest's packets could leave.
    return moreToGuest || (moreFromGuest && hasRoomForReply());
  }

  /** Gives everything back that is the guest's. */
  void settle(Virtqueue transmit) {
    unreturned.returnAll(transmit);
    transmit.finish();
  }

  private void takeFromGuest(Virtqueue transmit) {
    int served = 0;
    while (served < Limits.BATCH_CHAINS_MAX && hasRoomForReply()) {
      DescriptorChain chain = transmit.poll();
      if (chain == null) {
        break;
      }
      packet(chain.reader());
      unreturned.add(chain);
      served++;
    }
  }

  private boolean hasRoomForReply() {
    return replies.size() < Limits.VSOCK_REPLIES_MAX;
  }

  private void packet(ChainReader reader) {
    metrics.fromGuestPackets.increment();
    if (reader.remaining() < VsockHeader.BYTES) {
      malformed(reader.remaining());
      return;
    }
    reader.read(scratch, 0, VsockHeader.BYTES);
    VsockHeader header = VsockHeader.parse(scratch);
    if (header.sourceCid() != guestCid) {
      metrics.spoofed.increment();
      log.guestFault(() -> "packet that claims to be of another guest dropped");
      return;
    }
    VsockAddress address = new VsockAddress(guestCid, header.targetPort(), header.sourcePort());
    boolean ours =
        header.targetCid() == VsockAddress.HOST_CID && header.type() == VsockHeader.TYPE_STREAM;
    VsockConnection connection = ours ? table.get(address) : null;
    VsockOp op = VsockOp.of(header.op());
    if (header.lengthBytes() != reader.remaining()) {
      malformed(reader.remaining() + VsockHeader.BYTES);
      violated(connection, header, "length");
    } else if (connection != null) {
      forConnection(connection, op, header, reader);
    } else if (ours && op == VsockOp.REQUEST) {
      request(address, header);
    } else if (op != VsockOp.RST) {
      replies.add(header.reset());
    }
  }

  private void malformed(long bytes) {
    metrics.malformed.increment();
    log.guestFault(() -> "packet of %d bytes that its header does not describe".formatted(bytes));
  }

  private void forConnection(
      VsockConnection connection, @Nullable VsockOp op, VsockHeader header, ChainReader payload) {
    if (op == null) {
      violated(connection, header, "operation " + header.op());
      return;
    }
    long before = payload.remaining();
    switch (connection.onPacket(op, header, payload)) {
      case KEEP -> {
        if (connection.hasPacket() && connection.markQueued()) {
          owing.add(connection);
        }
      }
      case FORGET -> table.remove(connection);
      case FINISH -> {
        table.remove(connection);
        replies.add(header.reset());
      }
      case VIOLATION -> violated(connection, header, op.name());
    }
    metrics.fromGuestBytes.add(before - payload.remaining());
  }

  private void violated(@Nullable VsockConnection connection, VsockHeader header, String what) {
    if (connection == null) {
      return;
    }
    metrics.violations.increment();
    log.guestFault(() -> connection.address() + " reset: the guest broke the protocol: " + what);
    connection.abort("the guest broke the protocol: " + what);
    table.remove(connection);
    replies.add(header.reset());
  }

  private void request(VsockAddress address, VsockHeader header) {
    VsockHandler handler = listeners.find(address.hostPort());
    if (handler == null) {
      metrics.refused.increment();
      replies.add(header.reset());
      return;
    }
    StreamState state = StreamState.accepted(address, bufferBytes(), header);
    VsockConnection connection = new VsockConnection(state, this::owe);
    if (table.add(connection) != Outcome.ADDED) {
      metrics.refused.increment();
      replies.add(header.reset());
      return;
    }
    metrics.opened.increment();
    replies.add(header.reply(VsockOp.RESPONSE, connection.bufferBytes()));
    listeners.start(handler, connection);
  }

  /** A connection that is over still holds what its handler has not read. */
  private int bufferBytes() {
    return ConnectionTable.bufferBytes(Math.max(table.size(), listeners.running()));
  }

  /** Gives the guest what is owed, answers first, then each connection in turn. */
  private Given giveToGuest(Virtqueue receive) {
    int served = 0;
    int used = 0;
    while (served < Limits.BATCH_CHAINS_MAX && isOwing()) {
      DescriptorChain chain = receive.poll();
      if (chain == null) {
        return new Given(used, true);
      }
      if (chain.writableBytes() <= VsockHeader.BYTES) {
        metrics.uselessBuffers.increment();
        receive.addUsed(chain, 0);
        used++;
      } else if (give(receive, chain)) {
        used++;
      }
      served++;
    }
    return new Given(used, served > 0);
  }

  /**
   * What became of one turn with the receive ring.
   *
   * @param used buffers used
   * @param touched false if none was used and none was missing: not asking to hear of new buffers
   *     spares the guest an exit for each refill
   */
  private record Given(int used, boolean touched) {}

  private boolean isOwing() {
    return !replies.isEmpty() || !owing.isEmpty();
  }

  /** Returns whether the buffer was used. */
  private boolean give(Virtqueue receive, DescriptorChain chain) {
    ChainWriter writer = chain.writer();
    VsockHeader reply = replies.poll();
    if (reply != null) {
      reply.encode(scratch);
      writer.write(scratch, 0, VsockHeader.BYTES);
    } else if (!emitOne(writer)) {
      receive.putBack(chain);
      return false;
    }
    metrics.toGuestPackets.increment();
    receive.addUsed(chain, writer.position());
    return true;
  }

  private boolean emitOne(ChainWriter writer) {
    VsockConnection connection = owing.poll();
    if (connection == null) {
      return false;
    }
    connection.clearQueued();
    int payload = connection.emit(writer, scratch);
    if (payload < 0) {
      return false;
    }
    metrics.toGuestBytes.add(payload);
    if (connection.hasPacket() && connection.markQueued()) {
      owing.add(connection);
    }
    return true;
  }
}
