package dev.spore.virtio.vsock;

import dev.spore.virtio.QueueDoorbell;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A socket device with the guest driver's end of its rings in one hand. Device and driver run on
 * the thread of the test, streams on threads of their own.
 */
final class VsockRig implements AutoCloseable {
  static final long CID = 3;
  static final int GUEST_BUFFER = 256 * 1024;
  static final int RECEIVE_BUFFER = 4096 + VsockHeader.BYTES;

  private static final int QUEUE = 128;
  private static final long RECEIVE_RING = 0x1000;
  private static final long TRANSMIT_RING = 0x3000;
  private static final long EVENT_RING = 0x5000;
  private static final long EVENT_BUFFERS = 0x6000;
  private static final long TRANSMIT_BUFFER = 0x10_000;
  private static final long RECEIVE_BUFFERS = 0x100_000;
  private static final int RECEIVE_STRIDE = 0x4000;

  /** What the guest receives, or sends. */
  record Packet(VsockHeader header, List<Byte> payload) {
    VsockOp op() {
      VsockOp op = VsockOp.of(header.op());
      if (op == null) {
        throw new AssertionError("op " + header.op());
      }
      return op;
    }

    byte[] bytes() {
      byte[] copy = new byte[payload.size()];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = payload.get(i);
      }
      return copy;
    }
  }

  final GuestMemory memory = GuestMemory.ofSingle(Arena.ofAuto().allocate(8 << 20, 4096));
  final QueueDoorbell doorbell = new QueueDoorbell();
  final VsockDevice device = new VsockDevice(CID, doorbell);
  final ArrayDeque<Packet> received = new ArrayDeque<>();
  RingDriver receive = RingDriver.at(memory, RECEIVE_RING, QUEUE);
  RingDriver transmit = RingDriver.at(memory, TRANSMIT_RING, QUEUE);
  RingDriver event = RingDriver.at(memory, EVENT_RING, 16);
  int interrupts;

  private final LinkedBlockingQueue<VsockStream> accepted = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Map<Integer, Long> receiveBuffers = new HashMap<>();
  private int receiveSlot;

  /** A driver that has started and posted receive buffers of Linux's size. */
  static VsockRig started() {
    VsockRig rig = new VsockRig();
    rig.activate();
    rig.post(64, RECEIVE_BUFFER);
    return rig;
  }

  void activate() {
    device.activate(
        new Activation(
            memory,
            List.of(
                receive.open(0, () -> interrupts++),
                transmit.open(0, () -> interrupts++),
                event.open(0, () -> interrupts++)),
            0));
  }

  /** The driver resets the device and sets up empty rings. */
  void restart() {
    device.reset();
    memory.fill(RECEIVE_RING, TRANSMIT_BUFFER - RECEIVE_RING, (byte) 0);
    receive = RingDriver.at(memory, RECEIVE_RING, QUEUE);
    transmit = RingDriver.at(memory, TRANSMIT_RING, QUEUE);
    event = RingDriver.at(memory, EVENT_RING, 16);
    receiveBuffers.clear();
    received.clear();
    activate();
  }

  /** Ends the machine, and the handlers of {@link #keep}. */
  @Override
  public void close() {
    device.close();
    ended.countDown();
  }

  /** A handler that hands its stream to {@link #open} and leaves it open. */
  void keep(VsockStream stream) {
    accepted.add(stream);
    try {
      ended.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A connection the guest opened to a port whose handler is {@link #keep}. */
  VsockStream open(int guestPort, int hostPort, long guestBufferBytes) {
    send(header(VsockOp.REQUEST, guestPort, hostPort, 0, 0, guestBufferBytes, 0), new byte[0]);
    next(VsockOp.RESPONSE);
    try {
      return accepted.take();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  VsockStream open(int guestPort, int hostPort) {
    return open(guestPort, hostPort, GUEST_BUFFER);
  }

  /** Posts receive buffers of one descriptor each. */
  void post(int count, int bytes) {
    for (int i = 0; i < count; i++) {
      long gpa = RECEIVE_BUFFERS + (long) (receiveSlot++ % QUEUE) * RECEIVE_STRIDE;
      receiveBuffers.put(receive.offer(Piece.write(gpa, bytes)), gpa);
    }
  }

  /** Posts one receive buffer made of {@code pieces} adjacent descriptors of one size. */
  void postSplit(int pieces, int pieceBytes) {
    long gpa = RECEIVE_BUFFERS + (long) (receiveSlot++ % QUEUE) * RECEIVE_STRIDE;
    Piece[] chain = new Piece[pieces];
    for (int i = 0; i < pieces; i++) {
      chain[i] = Piece.write(gpa + (long) i * pieceBytes, pieceBytes);
    }
    receiveBuffers.put(receive.offer(chain), gpa);
  }

  void postEvent(int count) {
    for (int i = 0; i < count; i++) {
      event.offer(Piece.write(EVENT_BUFFERS + 16L * i, 4));
    }
  }

  long eventId(int buffer) {
    return memory.u32(EVENT_BUFFERS + 16L * buffer);
  }

  /** A packet from the guest with as much credit as Linux gives. */
  static VsockHeader header(VsockOp op, int guestPort, int hostPort, int length) {
    return header(op, guestPort, hostPort, length, 0, GUEST_BUFFER, 0);
  }

  static VsockHeader header(
      VsockOp op,
      int guestPort,
      int hostPort,
      int length,
      int flags,
      long bufferBytes,
      int forwarded) {
    return new VsockHeader(
        CID,
        VsockAddress.HOST_CID,
        guestPort,
        hostPort,
        length,
        VsockHeader.TYPE_STREAM,
        op.code(),
        flags,
        bufferBytes,
        forwarded);
  }

  void send(VsockOp op, int guestPort, int hostPort) {
    send(header(op, guestPort, hostPort, 0), new byte[0]);
  }

  void sendData(int guestPort, int hostPort, byte[] payload) {
    send(header(VsockOp.RW, guestPort, hostPort, payload.length), payload);
  }

  void sendShutdown(int guestPort, int hostPort, int flags) {
    send(header(VsockOp.SHUTDOWN, guestPort, hostPort, 0, flags, GUEST_BUFFER, 0), new byte[0]);
  }

  void sendCredit(int guestPort, int hostPort, long bufferBytes, int forwarded) {
    send(
        header(VsockOp.CREDIT_UPDATE, guestPort, hostPort, 0, 0, bufferBytes, forwarded),
        new byte[0]);
  }

  /** Sends header and payload in one descriptor each, and lets the device take them. */
  void send(VsockHeader header, byte[] payload) {
    byte[] bytes = new byte[VsockHeader.BYTES];
    header.encode(bytes);
    memory.write(TRANSMIT_BUFFER, bytes, 0, bytes.length);
    memory.write(TRANSMIT_BUFFER + bytes.length, payload, 0, payload.length);
    if (payload.length == 0) {
      transmit.offer(Piece.read(TRANSMIT_BUFFER, bytes.length));
    } else {
      transmit.offer(
          Piece.read(TRANSMIT_BUFFER, bytes.length),
          Piece.read(TRANSMIT_BUFFER + bytes.length, payload.length));
    }
    pump();
  }

  /** Sends {@code bytes}, whatever they are, in descriptors of {@code pieceBytes}. */
  void sendRaw(byte[] bytes, int pieceBytes) {
    memory.write(TRANSMIT_BUFFER, bytes, 0, bytes.length);
    List<Piece> pieces = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += pieceBytes) {
      pieces.add(Piece.read(TRANSMIT_BUFFER + at, Math.min(pieceBytes, bytes.length - at)));
    }
    transmit.offer(pieces.toArray(Piece[]::new));
    pump();
  }

  /** Runs the device until it has nothing to do, collecting what the guest receives. */
  void pump() {
    boolean more;
    do {
      more = device.process();
      int taken = collect();
      more |= taken > 0;
    } while (more);
  }

  /** Takes used receive buffers and posts them again. */
  private int collect() {
    List<Used> used = receive.takeUsed();
    for (Used element : used) {
      long gpa = Objects.requireNonNull(receiveBuffers.remove(element.head()));
      if (element.length() > 0) {
        received.add(packet(gpa, element.length()));
      }
    }
    transmit.takeUsed();
    post(used.size(), RECEIVE_BUFFER);
    return used.size();
  }

  private Packet packet(long gpa, long length) {
    byte[] header = new byte[VsockHeader.BYTES];
    memory.read(gpa, header, 0, header.length);
    List<Byte> payload = new ArrayList<>();
    for (long i = header.length; i < length; i++) {
      payload.add((byte) memory.u8(gpa + i));
    }
    return new Packet(VsockHeader.parse(header), payload);
  }

  /** The next packet the guest receives; waits for the host's threads to cause one. */
  Packet next() {
    pump();
    while (received.isEmpty()) {
      doorbell.await();
      pump();
    }
    return received.remove();
  }

  /** The next packet, which must be of this kind. */
  Packet next(VsockOp op) {
    Packet packet = next();
    if (packet.op() != op) {
      throw new AssertionError("expected " + op + ", got " + packet);
    }
    return packet;
  }
}
