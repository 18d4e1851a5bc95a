package dev.spore.virtio.vsock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.virtio.vsock.VsockRig.Packet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What host threads and an honest guest see of each other. */
@Timeout(60)
class VsockStreamTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int AGENT = 10_700;

  private final VsockRig rig = VsockRig.started();
  private final ExecutorService host = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void endHost() {
    rig.device.close();
    host.close();
  }

  private <T> Future<T> onHost(Callable<T> task) {
    return host.submit(task);
  }

  /** A connection from the host to {@link #AGENT} that the guest granted. */
  private VsockStream connected() throws Exception {
    Future<VsockStream> connecting = onHost(() -> rig.device.connect(AGENT, LONG));
    Packet request = rig.next(VsockOp.REQUEST);
    rig.send(VsockOp.RESPONSE, AGENT, request.header().sourcePort());
    return connecting.get();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aRequestCarriesBothAddressesAndTheHostsCredit() {
    Future<VsockStream> unused = onHost(() -> rig.device.connect(AGENT, LONG));

    VsockHeader header = rig.next(VsockOp.REQUEST).header();

    assertThat(header.sourceCid()).isEqualTo(2);
    assertThat(header.targetCid()).isEqualTo(VsockRig.CID);
    assertThat(header.targetPort()).isEqualTo(AGENT);
    assertThat(header.sourcePort()).isGreaterThanOrEqualTo(49_152);
    assertThat(header.type()).isEqualTo(1);
    assertThat(header.bufferBytes()).isEqualTo(256 * 1024);
    assertThat(header.lengthBytes()).isZero();
    assertThat(unused).isNotDone();
  }

  @Test
  void bytesGoBothWaysUnchanged() throws Exception {
    VsockStream stream = connected();

    stream.output().write(utf8("ping"));
    assertThat(rig.next(VsockOp.RW).bytes()).isEqualTo(utf8("ping"));

    rig.sendData(AGENT, stream.hostPort(), utf8("pong"));
    assertThat(stream.input().available()).isEqualTo(4);
    assertThat(stream.input().readNBytes(4)).isEqualTo(utf8("pong"));
  }

  @Test
  void anUnansweredConnectTimesOutAndALateAnswerIsReset() {
    assertThatThrownBy(() -> rig.device.connect(AGENT, Duration.ofMillis(1)))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("did not answer");

    rig.send(VsockOp.RESPONSE, AGENT, 50_000);
    rig.next(VsockOp.RST);
  }

  @Test
  void aConnectNobodyListensForIsRefused() {
    Future<VsockStream> connecting = onHost(() -> rig.device.connect(AGENT, LONG));
    Packet request = rig.next(VsockOp.REQUEST);

    rig.send(VsockOp.RST, AGENT, request.header().sourcePort());

    assertThatThrownBy(connecting::get)
        .hasCauseInstanceOf(ConnectException.class)
        .hasMessageContaining("refused");
  }

  @Test
  void aConnectMadeBeforeTheGuestBootsGoesOutOnceItsDriverIsReady() throws Exception {
    VsockRig early = new VsockRig();
    Future<VsockStream> connecting = onHost(() -> early.device.connect(AGENT, LONG));
    early.doorbell.await();

    // A driver resets the device before it sets it up.
    early.restart();
    early.post(8, VsockRig.RECEIVE_BUFFER);

    Packet request = early.next(VsockOp.REQUEST);
    early.send(VsockOp.RESPONSE, AGENT, request.header().sourcePort());
    assertThat(connecting.get().guestPort()).isEqualTo(AGENT);
  }

  @Test
  void theGuestReachesAListenerAndIsEchoed() throws Exception {
    rig.device.listen(77, stream -> stream.input().transferTo(stream.output()));

    rig.send(VsockOp.REQUEST, 1000, 77);
    Packet response = rig.next(VsockOp.RESPONSE);
    assertThat(response.header().targetPort()).isEqualTo(1000);
    assertThat(response.header().sourcePort()).isEqualTo(77);

    rig.sendData(1000, 77, utf8("hello"));
    assertThat(rig.next(VsockOp.RW).bytes()).isEqualTo(utf8("hello"));

    // The handler sees the end, returns, and the stream is closed behind it.
    rig.sendShutdown(1000, 77, VsockHeader.SHUTDOWN_SEND);
    assertThat(rig.next(VsockOp.SHUTDOWN).header().flags()).isEqualTo(3);
  }

  @Test
  void aPortNobodyListensOnAnswersReset() throws BindException {
    rig.send(VsockOp.REQUEST, 1000, 77);
    rig.next(VsockOp.RST);

    try (VsockListener listener = rig.device.listen(77, stream -> stream.input().read())) {
      assertThat(listener).isNotNull();
      rig.send(VsockOp.REQUEST, 1000, 77);
      rig.next(VsockOp.RESPONSE);
      assertThatThrownBy(() -> rig.device.listen(77, stream -> {}))
          .isInstanceOf(BindException.class)
          .hasMessageContaining("77");
    }
    rig.send(VsockOp.REQUEST, 1001, 77);
    rig.next(VsockOp.RST);
  }

  @Test
  void closeWriteIsTheEndOfTheStreamForTheGuestAndTheOtherWayStaysOpen() throws Exception {
    VsockStream stream = connected();
    stream.output().write(utf8("all"));
    stream.closeWrite();

    assertThat(rig.next(VsockOp.RW).bytes()).isEqualTo(utf8("all"));
    assertThat(rig.next(VsockOp.SHUTDOWN).header().flags()).isEqualTo(VsockHeader.SHUTDOWN_SEND);
    assertThatThrownBy(() -> stream.output().write(1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed for writing");

    rig.sendData(AGENT, stream.hostPort(), utf8("answer"));
    assertThat(stream.input().readNBytes(6)).isEqualTo(utf8("answer"));
    rig.sendShutdown(AGENT, stream.hostPort(), 3);
    rig.next(VsockOp.RST);
    assertThat(stream.input().read()).isEqualTo(-1);
  }

  @Test
  void closeDeliversWhatWasWrittenThenEndsBothWays() throws Exception {
    VsockStream stream = connected();
    int port = stream.hostPort();
    stream.output().write(new byte[10_000]);
    stream.close();
    stream.close();

    int payload = 0;
    Packet packet = rig.next();
    while (packet.op() == VsockOp.RW) {
      payload += packet.payload().size();
      packet = rig.next();
    }
    assertThat(payload).isEqualTo(10_000);
    assertThat(packet.op()).isEqualTo(VsockOp.SHUTDOWN);
    assertThat(packet.header().flags()).isEqualTo(3);
    // What was under way when the guest learned of it is dropped, not an error.
    rig.sendData(AGENT, port, utf8("late"));
    rig.send(VsockOp.RST, AGENT, port);
    assertThat(rig.received).isEmpty();
    assertThatThrownBy(() -> stream.input().read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    // And the connection is forgotten.
    rig.sendData(AGENT, port, utf8("later"));
    rig.next(VsockOp.RST);
  }

  @Test
  void aGuestThatCloseIsReadToTheEndFirst() throws Exception {
    VsockStream stream = connected();
    rig.sendData(AGENT, stream.hostPort(), utf8("last words"));
    rig.sendShutdown(AGENT, stream.hostPort(), 3);
    rig.next(VsockOp.RST);

    assertThat(stream.input().readAllBytes()).isEqualTo(utf8("last words"));
    assertThatThrownBy(() -> stream.output().write(1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reads no more");
  }

  @Test
  void aResetByTheGuestIsAnErrorAfterTheBytesBeforeIt() throws Exception {
    VsockStream stream = connected();
    rig.sendData(AGENT, stream.hostPort(), utf8("x"));
    rig.send(VsockOp.RST, AGENT, stream.hostPort());

    assertThat(stream.input().read()).isEqualTo('x');
    assertThatThrownBy(() -> stream.input().read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset by the guest");
    assertThatThrownBy(() -> stream.output().write(1)).isInstanceOf(IOException.class);
  }

  @Test
  void aDeviceResetEndsEveryStreamWithItsReasonAndListenersStay() throws Exception {
    VsockStream stream = connected();
    rig.device.listen(77, s -> s.input().read());
    Future<Integer> reading = onHost(() -> stream.input().read());

    rig.restart();

    assertThatThrownBy(reading::get)
        .hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("the guest reset its vsock device");
    rig.post(8, VsockRig.RECEIVE_BUFFER);
    rig.send(VsockOp.REQUEST, 1000, 77);
    rig.next(VsockOp.RESPONSE);
  }

  @Test
  void theEndOfTheMachineEndsStreamsAndConnects() throws Exception {
    VsockStream stream = connected();
    Future<Integer> reading = onHost(() -> stream.input().read());
    Future<VsockStream> connecting = onHost(() -> rig.device.connect(1, LONG));
    rig.next(VsockOp.REQUEST);

    rig.device.close();

    assertThatThrownBy(reading::get).hasMessageContaining("the machine is closed");
    assertThatThrownBy(connecting::get).hasMessageContaining("the machine is closed");
    assertThatThrownBy(() -> rig.device.connect(1, LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the machine is closed");
  }

  @Test
  void aTransportResetTellsTheGuestOnceAndEndsItsConnections() throws Exception {
    VsockStream stream = connected();

    rig.device.resetTransport();
    rig.pump();
    assertThat(rig.event.takeUsed()).isEmpty();
    rig.memory.putU32(0x6000, 0xffff_ffffL);
    rig.postEvent(8);
    rig.pump();

    assertThat(rig.event.takeUsed()).singleElement().matches(used -> used.length() == 4);
    assertThat(rig.eventId(0)).isZero();
    assertThatThrownBy(() -> stream.input().read()).hasMessageContaining("restored");
    assertThat(rig.received).isEmpty();
  }

  @Test
  void aReaderOnEitherKindOfThreadCanBeInterruptedAndReadOn() throws Exception {
    VsockStream stream = connected();
    for (Thread.Builder kind : new Thread.Builder[] {Thread.ofVirtual(), Thread.ofPlatform()}) {
      Interrupted result = new Interrupted();
      Thread reader = kind.start(() -> result.run(stream));
      reader.interrupt();
      reader.join();
      assertThat(result.statusKept).isTrue();
    }
    rig.sendData(AGENT, stream.hostPort(), utf8("y"));
    assertThat(stream.input().read()).isEqualTo('y');
  }

  /** What an interrupted read came to. */
  private static final class Interrupted {
    private boolean statusKept;

    void run(VsockStream stream) {
      try {
        stream.input().read();
      } catch (InterruptedIOException e) {
        statusKept = Thread.currentThread().isInterrupted();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void megabytesArriveUnchangedThroughSmallBuffersBothWaysAtOnce() throws Exception {
    byte[] data = new byte[3_000_000];
    new Random(1).nextBytes(data);
    rig.device.listen(77, stream -> stream.input().transferTo(stream.output()));
    rig.send(VsockOp.REQUEST, 1000, 77);
    Packet response = rig.next(VsockOp.RESPONSE);
    long credit = response.header().bufferBytes();

    GuestCredit guest = new GuestCredit(credit);
    ByteArrayOutputStream echoed = new ByteArrayOutputStream();
    int sent = 0;
    while (echoed.size() < data.length) {
      int room = (int) Math.min(guest.sendable(), Math.min(data.length - sent, 60_000));
      if (room > 0) {
        byte[] piece = Arrays.copyOfRange(data, sent, sent + room);
        VsockHeader header =
            VsockRig.header(VsockOp.RW, 1000, 77, room, 0, VsockRig.GUEST_BUFFER, echoed.size());
        rig.send(header, piece);
        sent += room;
        guest.sent(room);
      }
      if (room == 0 || !rig.received.isEmpty()) {
        Packet packet = rig.next();
        guest.learn(packet.header());
        echoed.writeBytes(packet.bytes());
        rig.sendCredit(1000, 77, VsockRig.GUEST_BUFFER, echoed.size());
      }
    }
    assertThat(echoed.toByteArray()).isEqualTo(data);
  }

  /** How a guest keeps to the host's credit. */
  private static final class GuestCredit {
    private long buffer;
    private int sent;
    private int forwarded;

    GuestCredit(long buffer) {
      this.buffer = buffer;
    }

    long sendable() {
      return buffer - Integer.toUnsignedLong(sent - forwarded);
    }

    void sent(int bytes) {
      sent += bytes;
    }

    void learn(VsockHeader header) {
      buffer = header.bufferBytes();
      forwarded = header.forwardedCount();
    }
  }
}
