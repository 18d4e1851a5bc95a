package dev.spore.virtio.vsock;

import dev.spore.virtio.Doorbell;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import dev.spore.virtio.queue.Virtqueue;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * A guest on a thread of its own that accepts every connection, sends back what it receives and
 * keeps to the host's credit. Notifies the device, and sleeps, as a Linux driver does with
 * EVENT_IDX: a wake-up lost by either side hangs it.
 */
final class EchoGuest implements Runnable {
  private static final int QUEUE = 128;
  private static final int SLOT = 0x2000;
  private static final int PAYLOAD_MAX = 4096;
  private static final int BUFFER = 8 * 1024;
  private static final long FEATURES = 1L << Virtqueue.F_EVENT_IDX;

  /** One connection; the deque holds what is to be echoed. */
  private static final class Echo {
    private final ArrayDeque<byte[]> pending = new ArrayDeque<>();
    private long hostBuffer;
    private int hostForwarded;
    private int sent;
    private int forwarded;
    private boolean asked;
    private boolean hostDone;

    long sendable() {
      return hostBuffer - Integer.toUnsignedLong(sent - hostForwarded);
    }
  }

  private final GuestMemory memory = GuestMemory.ofSingle(Arena.ofAuto().allocate(8 << 20, 4096));
  private final RingDriver receive = RingDriver.at(memory, 0x1000, QUEUE);
  private final RingDriver transmit = RingDriver.at(memory, 0x3000, QUEUE);
  private final RingDriver event = RingDriver.at(memory, 0x5000, 16);
  private final Semaphore interrupt = new Semaphore(0);
  private final Doorbell doorbell;
  private final Map<Long, Echo> echoes = new HashMap<>();
  private int received;
  private int transmitted;
  private int inFlight;
  private volatile boolean stopped;

  EchoGuest(VsockDevice device, Doorbell doorbell) {
    this.doorbell = doorbell;
    device.activate(
        new Activation(
            memory,
            List.of(
                receive.open(FEATURES, interrupt::release),
                transmit.open(FEATURES, interrupt::release),
                event.open(FEATURES, interrupt::release)),
            FEATURES));
  }

  void stop() {
    stopped = true;
    interrupt.release();
  }

  @Override
  public void run() {
    for (int slot = 0; slot < QUEUE / 2; slot++) {
      receive.offer(Piece.write(receiveSlot(slot), VsockHeader.BYTES + PAYLOAD_MAX));
    }
    kick(receive, 0);
    while (!stopped) {
      boolean worked = takeReceived();
      worked |= echoAll();
      if (!worked && sleepy()) {
        interrupt.acquireUninterruptibly();
        interrupt.drainPermits();
      }
    }
  }

  /** Asks for the next interrupts; false if something came meanwhile. */
  private boolean sleepy() {
    receive.usedEvent(received);
    transmit.usedEvent(transmitted);
    VarHandle.fullFence();
    return receive.usedIndex() == (received & 0xffff)
        && transmit.usedIndex() == (transmitted & 0xffff);
  }

  private boolean takeReceived() {
    List<Used> used = receive.takeUsed();
    int before = receive.availIndex();
    for (Used element : used) {
      received++;
      long gpa = receiveSlot(element.head() % (QUEUE / 2));
      byte[] packet = new byte[(int) element.length()];
      memory.read(gpa, packet, 0, packet.length);
      take(VsockHeader.parse(packet), Arrays.copyOfRange(packet, VsockHeader.BYTES, packet.length));
      receive.offer(Piece.write(receiveSlot(receive.availIndex() % (QUEUE / 2)), 0x1000 + 44));
    }
    kick(receive, before);
    return !used.isEmpty();
  }

  private void take(VsockHeader header, byte[] payload) {
    long key = (long) header.sourcePort() << 32 | Integer.toUnsignedLong(header.targetPort());
    VsockOp op = VsockOp.of(header.op());
    if (op == VsockOp.RST) {
      echoes.remove(key);
      return;
    }
    Echo echo = echoes.computeIfAbsent(key, k -> new Echo());
    echo.hostBuffer = header.bufferBytes();
    echo.hostForwarded = header.forwardedCount();
    if (op == VsockOp.REQUEST) {
      echo.asked = true;
    } else if (op == VsockOp.RW) {
      echo.pending.add(payload);
    } else if (op == VsockOp.SHUTDOWN) {
      echo.hostDone = true;
    }
  }

  private boolean echoAll() {
    List<Used> used = transmit.takeUsed();
    transmitted += used.size();
    inFlight -= used.size();
    boolean worked = !used.isEmpty();
    for (Map.Entry<Long, Echo> entry : echoes.entrySet()) {
      worked |= echo(entry.getKey(), entry.getValue());
    }
    return worked;
  }

  private boolean echo(long key, Echo echo) {
    boolean worked = false;
    if (echo.asked && inFlight < QUEUE) {
      echo.asked = false;
      send(key, echo, VsockOp.RESPONSE, 0, new byte[0]);
      worked = true;
    }
    while (!echo.pending.isEmpty()
        && echo.sendable() >= echo.pending.element().length
        && inFlight < QUEUE) {
      byte[] payload = echo.pending.remove();
      echo.forwarded += payload.length;
      echo.sent += payload.length;
      send(key, echo, VsockOp.RW, 0, payload);
      worked = true;
    }
    if (echo.pending.isEmpty() && echo.hostDone && inFlight < QUEUE) {
      echo.hostDone = false;
      send(key, echo, VsockOp.SHUTDOWN, 3, new byte[0]);
      worked = true;
    }
    return worked;
  }

  private void send(long key, Echo echo, VsockOp op, int flags, byte[] payload) {
    int before = transmit.availIndex();
    long gpa = transmitSlot(before % QUEUE);
    byte[] packet = new byte[VsockHeader.BYTES + payload.length];
    VsockRig.header(
            op, (int) key, (int) (key >>> 32), payload.length, flags, BUFFER, echo.forwarded)
        .encode(packet);
    System.arraycopy(payload, 0, packet, VsockHeader.BYTES, payload.length);
    memory.write(gpa, packet, 0, packet.length);
    transmit.offer(Piece.read(gpa, packet.length));
    inFlight++;
    kick(transmit, before);
  }

  /** Notifies the device only if it asked to hear of what was offered since {@code before}. */
  private void kick(RingDriver ring, int before) {
    VarHandle.fullFence();
    int now = ring.availIndex();
    if (((now - ring.availEvent() - 1) & 0xffff) < ((now - before) & 0xffff)) {
      doorbell.ring();
    }
  }

  private static long receiveSlot(int slot) {
    return 0x100_000 + (long) slot * SLOT;
  }

  private static long transmitSlot(int slot) {
    return 0x400_000 + (long) slot * SLOT;
  }
}
