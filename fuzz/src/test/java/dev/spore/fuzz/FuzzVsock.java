package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.QueueDoorbell;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.vsock.VsockDevice;
import dev.spore.virtio.vsock.VsockStream;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A socket device with a guest of CID 3 and a host that listens on ports 0 and 1, both driven by a
 * fuzz input. Every packet the guest gets is checked; handlers only wait, so that a run depends on
 * its input alone.
 */
final class FuzzVsock implements AutoCloseable {
  private static final int HEADER_BYTES = 44;
  private static final long EVENT_BUFFER = 0x600;
  private static final long TRANSMIT_BUFFER = 0x800;
  private static final long RECEIVE_BUFFERS = 0x2000;
  private static final int RECEIVE_STRIDE = 0x400;
  private static final int TURNS_MAX = 50;

  /** Bytes the host writes to one stream: less than its buffer, so that it never waits. */
  private static final int WRITTEN_BYTES_MAX = 32 * 1024;

  private final GuestMemory memory = FuzzRam.of(new FuzzInput(new byte[0]));
  private final VsockDevice device = new VsockDevice(3, new QueueDoorbell());
  private final LinkedBlockingQueue<VsockStream> accepted = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<VsockStream> streams = new ArrayList<>();
  private final List<Integer> written = new ArrayList<>();
  private FuzzRing receive = new FuzzRing(memory, 0);
  private FuzzRing transmit = new FuzzRing(memory, 0x200);
  private FuzzRing event = new FuzzRing(memory, 0x400);

  FuzzVsock() throws BindException {
    for (int port = 0; port < 2; port++) {
      device.listen(
          port,
          stream -> {
            accepted.add(stream);
            try {
              ended.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    activate();
  }

  private void activate() {
    device.activate(
        new Activation(memory, List.of(receive.open(), transmit.open(), event.open()), 0));
    event.offer(EVENT_BUFFER, 4, true);
  }

  /** Takes one step: a byte that selects it, then what it needs. */
  void step(FuzzInput input) throws IOException, InterruptedException {
    switch (input.u8() % 8) {
      case 0, 1 -> send(header(input), input.bytes(input.u8()));
      case 2 -> send(raw(input), input.bytes(input.u8()));
      case 3 -> post(input.u8() % FuzzRing.SIZE + 1, input.u16() % RECEIVE_STRIDE);
      case 4 -> hostWrites(input.u8(), input.u16() % 4096);
      case 5 -> hostReads(input.u8(), input.u16() % 4096);
      case 6 -> hostCloses(input.u8(), input.u8());
      default -> resets(input.u8());
    }
    run();
  }

  /** A header of this guest to the host: op, ports, flags, credit; the length is often right. */
  private static byte[] header(FuzzInput input) {
    byte[] header = new byte[HEADER_BYTES];
    header[0] = 3;
    header[8] = 2;
    header[30] = (byte) input.u8();
    header[16] = (byte) (input.u8() & 3);
    header[20] = (byte) (input.u8() & 3);
    header[32] = (byte) input.u8();
    header[36] = (byte) input.u8();
    header[37] = (byte) input.u8();
    header[40] = (byte) input.u8();
    header[28] = 1;
    return header;
  }

  private static byte[] raw(FuzzInput input) {
    return Arrays.copyOf(input.bytes(HEADER_BYTES), HEADER_BYTES);
  }

  private void send(byte[] header, byte[] payload) {
    if (transmit.isFull()) {
      return;
    }
    // A length of 0 stands for the right one: else hardly an input would get past that check.
    if (header[24] == 0) {
      header[24] = (byte) payload.length;
    }
    memory.write(TRANSMIT_BUFFER, header, 0, header.length);
    memory.write(TRANSMIT_BUFFER + header.length, payload, 0, payload.length);
    transmit.offer(TRANSMIT_BUFFER, header.length + payload.length, false);
  }

  private void post(int count, int bytes) {
    for (int i = 0; i < count && !receive.isFull(); i++) {
      receive.offer(bufferOf(receive.nextSlot()), bytes, true);
    }
  }

  private static long bufferOf(int slot) {
    return RECEIVE_BUFFERS + (long) slot * RECEIVE_STRIDE;
  }

  private void hostWrites(int which, int bytes) {
    if (streams.isEmpty()) {
      return;
    }
    int index = which % streams.size();
    int total = written.get(index) + bytes;
    if (total > WRITTEN_BYTES_MAX) {
      return;
    }
    written.set(index, total);
    try {
      streams.get(index).output().write(new byte[bytes]);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("vsock");
    }
  }

  private void hostReads(int which, int bytes) throws IOException {
    if (streams.isEmpty()) {
      return;
    }
    VsockStream stream = streams.get(which % streams.size());
    int count = Math.min(bytes, stream.input().available());
    if (count > 0) {
      assertThat(stream.input().read(new byte[count])).isEqualTo(count);
    }
  }

  private void hostCloses(int which, int how) throws IOException {
    if (streams.isEmpty()) {
      return;
    }
    VsockStream stream = streams.get(which % streams.size());
    switch (how % 3) {
      case 0 -> stream.close();
      case 1 -> stream.closeWrite();
      default -> stream.input().close();
    }
  }

  private void resets(int how) {
    if (how % 2 == 0) {
      device.resetTransport();
      return;
    }
    device.reset();
    memory.fill(0, TRANSMIT_BUFFER, (byte) 0);
    receive = new FuzzRing(memory, 0);
    transmit = new FuzzRing(memory, 0x200);
    event = new FuzzRing(memory, 0x400);
    activate();
  }

  private void run() throws InterruptedException {
    int turns = 0;
    while (device.process() || acknowledgesReset()) {
      assertThat(turns++).isLessThan(TURNS_MAX);
    }
    while (transmit.takeUsed()) {
      assertThat(transmit.usedLength()).isZero();
    }
    while (receive.takeUsed()) {
      if (receive.usedLength() > 0) {
        check(bufferOf(receive.usedSlot()), receive.usedLength());
      }
    }
    while (streams.size() < device.metrics().getOrDefault("opened", 0L)) {
      streams.add(accepted.take());
      written.add(0);
    }
  }

  /** The driver gives the event buffer back, without which nothing passes any more. */
  private boolean acknowledgesReset() {
    if (!event.takeUsed()) {
      return false;
    }
    assertThat(event.usedLength()).isEqualTo(4);
    event.offer(EVENT_BUFFER, 4, true);
    return true;
  }

  private void check(long packet, long lengthBytes) {
    assertThat(memory.u32(packet + 24)).isEqualTo(lengthBytes - HEADER_BYTES);
    assertThat(memory.u64(packet + 8)).isEqualTo(3);
    assertThat(memory.u16(packet + 30)).isBetween(1, 7);
    if (lengthBytes > HEADER_BYTES) {
      assertThat(memory.u16(packet + 30)).isEqualTo(5);
      assertThat(memory.u64(packet)).isEqualTo(2);
    }
  }

  @Override
  public void close() {
    device.close();
    ended.countDown();
  }
}
