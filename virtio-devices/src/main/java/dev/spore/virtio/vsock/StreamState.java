package dev.spore.virtio.vsock;

import dev.spore.virtio.queue.ChainReader;
import dev.spore.virtio.queue.ChainWriter;
import java.io.IOException;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of one connection (virtio 1.2 §5.10.6.5, §5.10.6.6) without threads: what a packet
 * of the guest does to it, which packet it owes the guest, and its two bounded buffers. Not
 * thread-safe.
 */
final class StreamState {
  /** What the device has to do after a packet. */
  enum Reaction {
    /** Nothing. */
    KEEP,
    /** Drop the connection; the guest knows it is over. */
    FORGET,
    /** Drop the connection and answer RST: it ended in order. */
    FINISH,
    /** Drop the connection and answer RST: the guest broke the protocol. */
    VIOLATION
  }

  private enum Phase {
    REQUESTING,
    OPEN,
    CLOSED
  }

  /** Why a closed stream is closed; absent for an orderly end. */
  private record Failure(String message, boolean refused) {
    IOException exception() {
      return refused ? new ConnectException(message) : new IOException(message);
    }
  }

  static final int RECEIVE = VsockHeader.SHUTDOWN_RECEIVE;
  static final int SEND = VsockHeader.SHUTDOWN_SEND;
  static final int BOTH = RECEIVE | SEND;

  private final VsockAddress address;
  private final Credit credit;
  private final ByteRing received;
  private final ByteRing toSend;
  private Phase phase;
  private boolean requestSent;
  private boolean creditRequested;

  /** What the host has closed, what of it the guest was told, and what the guest has closed. */
  private int hostClosed;

  private int toldClosed;
  private int guestClosed;
  private @Nullable Failure failure;

  private StreamState(VsockAddress address, int bufferBytes, Phase phase) {
    this.address = address;
    this.credit = new Credit(bufferBytes);
    this.received = new ByteRing(bufferBytes);
    this.toSend = new ByteRing(bufferBytes);
    this.phase = phase;
  }

  /** A connection the host asks for. */
  static StreamState requested(VsockAddress address, int bufferBytes) {
    return new StreamState(address, bufferBytes, Phase.REQUESTING);
  }

  /** A connection the guest asked for with {@code request} and is being granted. */
  static StreamState accepted(VsockAddress address, int bufferBytes, VsockHeader request) {
    StreamState state = new StreamState(address, bufferBytes, Phase.OPEN);
    state.credit.peer(request.bufferBytes(), request.forwardedCount());
    return state;
  }

  VsockAddress address() {
    return address;
  }

  int bufferBytes() {
    return credit.receiveBytes();
  }

  /**
   * Takes one packet of the guest.
   *
   * @param payload with exactly {@code header.lengthBytes()} remaining
   */
  Reaction onPacket(VsockOp op, VsockHeader header, ChainReader payload) {
    Reaction reaction =
        switch (phase) {
          case REQUESTING -> whileRequesting(op, header);
          case OPEN -> whileOpen(op, header, payload);
          case CLOSED -> op == VsockOp.RST ? Reaction.FORGET : Reaction.FINISH;
        };
    if (reaction == Reaction.VIOLATION) {
      fail("the guest broke the protocol with " + op);
    }
    return reaction;
  }

  private Reaction whileRequesting(VsockOp op, VsockHeader header) {
    return switch (op) {
      case RESPONSE -> {
        phase = Phase.OPEN;
        credit.peer(header.bufferBytes(), header.forwardedCount());
        yield Reaction.KEEP;
      }
      case RST -> {
        end(new Failure(address + ": refused, nobody in the guest listens there", true));
        yield Reaction.FORGET;
      }
      case REQUEST, SHUTDOWN, RW, CREDIT_UPDATE, CREDIT_REQUEST -> Reaction.VIOLATION;
    };
  }

  private Reaction whileOpen(VsockOp op, VsockHeader header, ChainReader payload) {
    credit.peer(header.bufferBytes(), header.forwardedCount());
    return switch (op) {
      case RW -> onData(header.lengthBytes(), payload);
      case CREDIT_UPDATE -> Reaction.KEEP;
      case CREDIT_REQUEST -> {
        creditRequested = true;
        yield Reaction.KEEP;
      }
      case SHUTDOWN -> onShutdown(header.flags());
      case RST -> {
        onReset();
        yield Reaction.FORGET;
      }
      case REQUEST, RESPONSE -> Reaction.VIOLATION;
    };
  }

  private Reaction onData(long lengthBytes, ChainReader payload) {
    if ((guestClosed & SEND) != 0 || lengthBytes > received.free()) {
      return Reaction.VIOLATION;
    }
    int length = (int) lengthBytes;
    if ((hostClosed & RECEIVE) != 0) {
      // Sent before the guest learned that nobody reads any more: counts as taken.
      credit.taken(length);
      return Reaction.KEEP;
    }
    received.put(length, payload::read);
    return Reaction.KEEP;
  }

  private Reaction onShutdown(int flags) {
    guestClosed |= flags & BOTH;
    if ((guestClosed & RECEIVE) != 0) {
      toSend.clear();
    }
    if (guestClosed == BOTH) {
      end(null);
      return Reaction.FINISH;
    }
    return Reaction.KEEP;
  }

  private void onReset() {
    // An RST after either side has said it is done is how a close ends, not a failure.
    if (toldClosed == BOTH || (guestClosed & SEND) != 0) {
      end(null);
    } else {
      fail("reset by the guest");
    }
  }

  /** The packet owed to the guest; null if there is none now. */
  @Nullable VsockOp nextOp() {
    return switch (phase) {
      case REQUESTING -> requestSent ? null : VsockOp.REQUEST;
      case CLOSED -> null;
      case OPEN -> {
        if (sendable() > 0) {
          yield VsockOp.RW;
        }
        if ((shutdownDue() & ~toldClosed) != 0) {
          yield VsockOp.SHUTDOWN;
        }
        yield creditRequested || credit.isUpdateDue() ? VsockOp.CREDIT_UPDATE : null;
      }
    };
  }

  /**
   * Writes the packet owed, with as much payload as credit and {@code writer} have room for.
   *
   * @param writer with room for a header and at least one byte
   * @param scratch at least {@link VsockHeader#BYTES} long
   * @return bytes of payload written, or -1 if no packet is owed
   */
  int emit(ChainWriter writer, byte[] scratch) {
    VsockOp op = nextOp();
    if (op == null) {
      return -1;
    }
    int payload = 0;
    int flags = 0;
    if (op == VsockOp.RW) {
      payload = (int) Math.min(sendable(), writer.remaining() - VsockHeader.BYTES);
    } else if (op == VsockOp.SHUTDOWN) {
      toldClosed = shutdownDue();
      flags = toldClosed;
    } else if (op == VsockOp.REQUEST) {
      requestSent = true;
    }
    creditRequested = false;
    header(op, payload, flags).encode(scratch);
    writer.write(scratch, 0, VsockHeader.BYTES);
    if (payload > 0) {
      toSend.take(payload, writer::write);
      credit.sent(payload);
    }
    return payload;
  }

  private VsockHeader header(VsockOp op, int payload, int flags) {
    return new VsockHeader(
        VsockAddress.HOST_CID,
        address.guestCid(),
        address.hostPort(),
        address.guestPort(),
        payload,
        VsockHeader.TYPE_STREAM,
        op.code(),
        flags,
        credit.receiveBytes(),
        credit.advertise());
  }

  private long sendable() {
    return Math.min(toSend.size(), credit.sendable());
  }

  /** What the guest may be told is closed: sending only once everything written was sent. */
  private int shutdownDue() {
    return toSend.isEmpty() ? hostClosed : hostClosed & ~SEND;
  }

  boolean isRequesting() {
    return phase == Phase.REQUESTING;
  }

  /** Whether the guest has not heard of this connection, so that its reset means nothing to it. */
  boolean isUntold() {
    return phase == Phase.REQUESTING && !requestSent;
  }

  /** Whether all was said and only the guest's RST is missing. */
  boolean isLingering() {
    return toldClosed == BOTH;
  }

  /** Throws why the connection failed, if it did. */
  void throwFailure() throws IOException {
    if (failure != null) {
      throw failure.exception();
    }
  }

  /** Ends the connection for a reason its users will read. */
  void fail(String why) {
    end(new Failure(address + ": " + why, false));
  }

  private void end(@Nullable Failure why) {
    if (phase != Phase.CLOSED) {
      phase = Phase.CLOSED;
      failure = why;
      toSend.clear();
    }
  }

  // The host's side.

  /** Whether a read would not wait: bytes, the end, or an error. */
  boolean isReadable() {
    return !received.isEmpty()
        || phase == Phase.CLOSED
        || (guestClosed & SEND) != 0
        || (hostClosed & RECEIVE) != 0;
  }

  /** Whether a writer that waits for a quarter of the buffer, or for an end, can go on. */
  boolean isWritable() {
    return phase == Phase.CLOSED
        || (guestClosed & RECEIVE) != 0
        || (hostClosed & SEND) != 0
        || toSend.free() >= toSend.capacity() / 4;
  }

  int availableBytes() {
    return received.size();
  }

  int freeBytes() {
    return toSend.free();
  }

  /**
   * Takes received bytes; call when {@link #isReadable()}.
   *
   * @return at least 1, or -1 at the end of the stream
   */
  int take(byte[] target, int offset, int length) throws IOException {
    if ((hostClosed & RECEIVE) != 0) {
      throw new IOException(address + ": closed for reading");
    }
    if (received.isEmpty()) {
      throwFailure();
      return -1;
    }
    int count = Math.min(length, received.size());
    received.take(target, offset, count);
    credit.taken(count);
    return count;
  }

  /**
   * Takes bytes to send, as many as there is room for.
   *
   * @throws IOException if nobody will ever receive them
   */
  int put(byte[] source, int offset, int length) throws IOException {
    requireWritable();
    int count = Math.min(length, toSend.free());
    toSend.put(source, offset, count);
    return count;
  }

  /** Throws if nothing can be sent any more. */
  void requireWritable() throws IOException {
    if ((hostClosed & SEND) != 0) {
      throw new IOException(address + ": closed for writing");
    }
    throwFailure();
    if (phase == Phase.CLOSED || (guestClosed & RECEIVE) != 0) {
      throw new IOException(address + ": the guest reads no more");
    }
  }

  /** The host is done with {@link #RECEIVE}, {@link #SEND} or {@link #BOTH}. */
  void close(int directions) {
    hostClosed |= directions;
    if ((directions & RECEIVE) != 0) {
      credit.taken(received.size());
      received.clear();
    }
  }
}
