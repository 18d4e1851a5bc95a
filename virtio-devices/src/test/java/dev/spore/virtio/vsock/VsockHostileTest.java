package dev.spore.virtio.vsock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.virtio.Limits;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.vsock.VsockRig.Packet;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hostile guest, and one that is merely stuck, cannot do. */
@Timeout(60)
class VsockHostileTest {
  private static final int PORT = 77;

  private final VsockRig rig = VsockRig.started();
  private final ExecutorService host = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void listen() throws BindException {
    rig.device.listen(PORT, rig::keep);
  }

  @AfterEach
  void endMachine() {
    rig.close();
    host.close();
  }

  private <T> Future<T> onHost(Callable<T> task) {
    return host.submit(task);
  }

  private static VsockHeader from(long sourceCid, long targetCid, int type, int op) {
    return new VsockHeader(
        sourceCid, targetCid, 1000, PORT, 0, type, op, 0, VsockRig.GUEST_BUFFER, 0);
  }

  private long metric(String name) {
    return rig.device.metrics().getOrDefault(name, -1L);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 4, 0xffff_ffffL, 1L << 32 | VsockRig.CID, -1})
  void aForgedSourceIsDroppedAndCountedWithoutAnAnswer(long cid) {
    rig.send(from(cid, 2, 1, 1), new byte[0]);

    assertThat(rig.received).isEmpty();
    assertThat(metric("spoofed")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 4, 0xffff_ffffL, -1})
  void aTargetThatIsNotTheHostIsAnsweredResetInItsName(long cid) {
    rig.send(from(VsockRig.CID, cid, 1, 1), new byte[0]);

    VsockHeader reset = rig.next(VsockOp.RST).header();
    assertThat(reset.sourceCid()).isEqualTo(cid);
    assertThat(reset.targetCid()).isEqualTo(VsockRig.CID);
    assertThat(reset.targetPort()).isEqualTo(1000);
    assertThat(reset.sourcePort()).isEqualTo(PORT);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3, 0xffff})
  void anUnknownSocketTypeIsAnsweredReset(int type) {
    rig.send(from(VsockRig.CID, 2, type, 1), new byte[0]);

    assertThat(rig.next(VsockOp.RST).header().type()).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 9, 0x8000, 0xffff})
  void anUnknownOperationIsAnsweredResetAndEndsTheConnectionItNames(int op) {
    rig.send(from(VsockRig.CID, 2, 1, op), new byte[0]);
    rig.next(VsockOp.RST);

    VsockStream stream = rig.open(1000, PORT);
    rig.send(from(VsockRig.CID, 2, 1, op), new byte[0]);
    rig.next(VsockOp.RST);
    assertThatThrownBy(() -> stream.input().read()).hasMessageContaining("broke the protocol");
  }

  @ParameterizedTest
  @EnumSource(names = {"RESPONSE", "SHUTDOWN", "RW", "CREDIT_UPDATE", "CREDIT_REQUEST"})
  void anythingBeforeARequestIsAnsweredReset(VsockOp op) {
    rig.send(op, 1000, PORT);

    rig.next(VsockOp.RST);
    assertThat(rig.received).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "RESPONSE"})
  void aSecondHandshakeEndsTheConnection(VsockOp op) {
    VsockStream stream = rig.open(1000, PORT);

    rig.send(op, 1000, PORT);

    rig.next(VsockOp.RST);
    assertThatThrownBy(() -> stream.input().read()).isInstanceOf(IOException.class);
    assertThat(metric("violations")).isEqualTo(1);
    // The ports are free again.
    rig.open(1000, PORT);
  }

  @Test
  void dataBeforeTheAnswerToAConnectEndsIt() {
    Future<VsockStream> connecting = onHost(() -> rig.device.connect(5, Duration.ofMinutes(5)));
    Packet request = rig.next(VsockOp.REQUEST);

    rig.sendData(5, request.header().sourcePort(), new byte[10]);

    rig.next(VsockOp.RST);
    assertThatThrownBy(connecting::get).hasMessageContaining("broke the protocol");
  }

  @Test
  void dataAfterTheGuestSaidItSendsNoMoreEndsTheConnection() {
    VsockStream stream = rig.open(1000, PORT);
    rig.sendShutdown(1000, PORT, VsockHeader.SHUTDOWN_SEND);

    rig.sendData(1000, PORT, new byte[1]);

    rig.next(VsockOp.RST);
    assertThatThrownBy(() -> stream.input().read()).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 11, 4096, Integer.MAX_VALUE, -1})
  void aLengthThatIsNotThePayloadsEndsTheConnection(int length) {
    VsockStream stream = rig.open(1000, PORT);

    rig.send(VsockRig.header(VsockOp.RW, 1000, PORT, length), new byte[10]);

    rig.next(VsockOp.RST);
    assertThat(metric("malformed")).isEqualTo(1);
    assertThatThrownBy(() -> stream.input().read()).hasMessageContaining("length");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 43})
  void aShortHeaderIsDroppedAndCounted(int bytes) {
    rig.sendRaw(new byte[bytes], bytes);

    assertThat(metric("malformed")).isEqualTo(1);
    assertThat(rig.received).isEmpty();
  }

  @Test
  void aTransmitChainWithNothingToReadIsDroppedAndCounted() {
    rig.transmit.offer(Piece.write(0x10_000, 100));
    rig.pump();

    assertThat(metric("malformed")).isEqualTo(1);
  }

  @Test
  void headersMayBeCutIntoSingleBytesBothWays() {
    VsockStream stream = rig.open(1000, PORT);
    byte[] packet = new byte[VsockHeader.BYTES + 3];
    VsockRig.header(VsockOp.RW, 1000, PORT, 3).encode(packet);
    packet[44] = 'a';
    packet[45] = 'b';
    packet[46] = 'c';

    rig.sendRaw(packet, 1);
    assertThat(stream.input())
        .satisfies(in -> assertThat(in.readNBytes(3)).containsExactly(97, 98, 99));

    VsockRig split = new VsockRig();
    split.activate();
    split.postSplit(VsockHeader.BYTES + 10, 1);
    split.send(VsockOp.RW, 1, 2);
    split.next(VsockOp.RST);
  }

  @Test
  void aGuestThatKeepsToItsCreditIsServedAndOneByteMoreEndsIt() throws Exception {
    VsockStream stream = rig.open(1000, PORT);
    byte[] piece = new byte[32 * 1024];
    for (int i = 0; i < Limits.VSOCK_LARGE_BUFFER_BYTES / piece.length; i++) {
      rig.sendData(1000, PORT, piece);
    }
    assertThat(stream.input().available()).isEqualTo(Limits.VSOCK_LARGE_BUFFER_BYTES);
    assertThat(rig.received).isEmpty();

    rig.sendData(1000, PORT, new byte[1]);

    rig.next(VsockOp.RST);
    assertThat(stream.input().readNBytes(Limits.VSOCK_LARGE_BUFFER_BYTES))
        .hasSize(Limits.VSOCK_LARGE_BUFFER_BYTES);
    assertThatThrownBy(() -> stream.input().read()).hasMessageContaining("broke the protocol");
  }

  @Test
  void creditIsRenewedOnceHalfTheBufferWasReadAndOnRequest() throws Exception {
    VsockStream stream = rig.open(1000, PORT);
    int half = Limits.VSOCK_LARGE_BUFFER_BYTES / 2;
    rig.sendData(1000, PORT, new byte[half]);

    stream.input().readNBytes(half - 1);
    rig.pump();
    assertThat(rig.received).isEmpty();
    rig.send(VsockOp.CREDIT_REQUEST, 1000, PORT);
    assertThat(rig.next(VsockOp.CREDIT_UPDATE).header().forwardedCount()).isEqualTo(half - 1);

    rig.sendData(1000, PORT, new byte[half]);
    stream.input().readNBytes(half);
    VsockHeader update = rig.next(VsockOp.CREDIT_UPDATE).header();
    assertThat(update.forwardedCount()).isEqualTo(2 * half - 1);
    assertThat(update.bufferBytes()).isEqualTo(2L * half);
  }

  @Test
  void theGuestIsNeverSentMoreThanItsCredit() throws Exception {
    VsockStream stream = rig.open(1000, PORT, 100);
    stream.output().write(new byte[250]);

    assertThat(rig.next(VsockOp.RW).payload()).hasSize(100);
    assertThat(rig.received).isEmpty();

    // Going back, or ahead of what was sent, gives nothing.
    rig.sendCredit(1000, PORT, 100, -1);
    rig.sendCredit(1000, PORT, 100, 101);
    rig.sendCredit(1000, PORT, 100, Integer.MIN_VALUE);
    assertThat(rig.received).isEmpty();

    rig.sendCredit(1000, PORT, 100, 60);
    assertThat(rig.next(VsockOp.RW).payload()).hasSize(60);
    rig.sendCredit(1000, PORT, 100, 30);
    rig.sendCredit(1000, PORT, 20, 160);
    assertThat(rig.next(VsockOp.RW).payload()).hasSize(20);
    rig.sendCredit(1000, PORT, 0xffff_ffffL, 160);
    assertThat(rig.next(VsockOp.RW).payload()).hasSize(70);
    assertThat(rig.received).isEmpty();
  }

  @Test
  void aGuestThatNeverReadsBlocksItsWriterAloneAndHoldsBoundedMemory() throws Exception {
    VsockStream stuck = rig.open(1000, PORT, 0);
    Future<Boolean> writing =
        onHost(() -> {
          stuck.output().write(new byte[10 << 20]);
          return true;
        });
    VsockStream lively = rig.open(1001, PORT);
    for (int i = 0; i < 100; i++) {
      lively.output().write(new byte[1000]);
      assertThat(rig.next(VsockOp.RW).header().targetPort()).isEqualTo(1001);
      rig.sendData(1001, PORT, new byte[1000]);
      assertThat(lively.input().readNBytes(1000)).hasSize(1000);
    }
    assertThat(writing).isNotDone();

    stuck.close();
    assertThatThrownBy(writing::get).hasMessageContaining("closed for writing");
  }

  @Test
  void aHostThatNeverReadsHoldsUpNoOtherStream() throws Exception {
    VsockStream stuck = rig.open(1000, PORT);
    rig.sendData(1000, PORT, new byte[60_000]);
    VsockStream lively = rig.open(1001, PORT);
    for (int i = 0; i < 100; i++) {
      rig.sendData(1001, PORT, new byte[1000]);
      assertThat(lively.input().readNBytes(1000)).hasSize(1000);
    }
    assertThat(stuck.input().available()).isEqualTo(60_000);
  }

  @Test
  void answersAreBoundedAndTheRestWaitsInTheGuestsRing() {
    VsockRig deaf = new VsockRig();
    deaf.activate();
    for (int i = 0; i < Limits.VSOCK_REPLIES_MAX; i++) {
      deaf.send(VsockOp.RW, i, 1);
    }
    // From here on the device takes nothing; more than a ring cannot wait.
    for (int i = Limits.VSOCK_REPLIES_MAX; i < Limits.VSOCK_REPLIES_MAX + 120; i++) {
      deaf.send(VsockOp.RW, i, 1);
    }
    assertThat(deaf.device.metrics()).containsEntry("from_guest_packets", 128L);

    deaf.post(64, VsockRig.RECEIVE_BUFFER);
    deaf.pump();
    assertThat(deaf.received).hasSize(Limits.VSOCK_REPLIES_MAX + 120);
    assertThat(deaf.device.metrics()).containsEntry("from_guest_packets", 248L);
  }

  @Test
  void aFloodOfRequestsOpensNoMoreThanTheBoundAndStartsNoMoreHandlers() {
    for (int i = 0; i < 3 * Limits.VSOCK_CONNECTIONS_MAX; i++) {
      rig.send(VsockOp.REQUEST, i, PORT);
    }

    assertThat(metric("opened")).isEqualTo(Limits.VSOCK_CONNECTIONS_MAX);
    assertThat(metric("refused")).isEqualTo(2L * Limits.VSOCK_CONNECTIONS_MAX);
    // Their ends free the places, but not while a handler is still at work.
    for (int i = 0; i < Limits.VSOCK_CONNECTIONS_MAX; i++) {
      rig.send(VsockOp.RST, i, PORT);
    }
    rig.received.clear();
    rig.send(VsockOp.REQUEST, 5, PORT);
    rig.next(VsockOp.RST);
  }

  @Test
  void aFloodOfRequestsWithoutReceiveBuffersIsLeftInTheRing() throws BindException {
    try (VsockRig deaf = new VsockRig()) {
      deaf.activate();
      deaf.device.listen(PORT, deaf::keep);
      for (int i = 0; i < Limits.VSOCK_REPLIES_MAX + 100; i++) {
        deaf.send(VsockOp.REQUEST, i, PORT);
      }
      assertThat(deaf.device.metrics()).containsEntry("opened", (long) Limits.VSOCK_REPLIES_MAX);
    }
  }

  @Test
  void aStormOfResetsIsNeitherAnsweredNorHarmful() throws Exception {
    VsockStream stream = rig.open(1000, PORT);
    for (int i = 0; i < 10_000; i++) {
      rig.send(VsockOp.RST, 2000 + i, PORT);
    }

    assertThat(rig.received).isEmpty();
    rig.sendData(1000, PORT, new byte[] {42});
    assertThat(stream.input().read()).isEqualTo(42);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 0xfffffffc})
  void aShutdownOfNothingIsIgnored(int flags) throws Exception {
    VsockStream stream = rig.open(1000, PORT);

    rig.sendShutdown(1000, PORT, flags);

    rig.sendData(1000, PORT, new byte[] {42});
    assertThat(stream.input().read()).isEqualTo(42);
    assertThat(rig.received).isEmpty();
  }

  @Test
  void aGuestThatReceivesNoMoreFailsTheWriterAndDropsWhatWaited() throws Exception {
    VsockStream stream = rig.open(1000, PORT, 0);
    stream.output().write(new byte[1000]);

    rig.sendShutdown(1000, PORT, VsockHeader.SHUTDOWN_RECEIVE);
    rig.sendCredit(1000, PORT, 4096, 0);

    assertThat(rig.received).isEmpty();
    assertThatThrownBy(() -> stream.output().write(1)).hasMessageContaining("reads no more");
    rig.sendData(1000, PORT, new byte[] {42});
    assertThat(stream.input().read()).isEqualTo(42);
  }

  @Test
  void receiveBuffersThatHoldNoPayloadAreGivenBackAndCounted() {
    VsockRig odd = new VsockRig();
    odd.activate();
    odd.post(3, VsockHeader.BYTES);
    odd.post(1, VsockHeader.BYTES + 1);

    odd.send(VsockOp.RW, 1, 2);

    odd.next(VsockOp.RST);
    assertThat(odd.device.metrics()).containsEntry("useless_buffers", 3L);
  }

  @Test
  void smallReceiveBuffersCarryTheStreamInSmallPieces() throws Exception {
    try (VsockRig odd = new VsockRig()) {
      odd.activate();
      odd.device.listen(PORT, odd::keep);
      odd.post(1, VsockRig.RECEIVE_BUFFER);
      VsockStream stream = odd.open(1000, PORT);
      // The reposted buffer of Linux's size is ahead of these.
      odd.post(10, VsockHeader.BYTES + 1);
      byte[] data = {1, 2, 3, 4, 5};
      stream.output().write(new byte[4096]);
      stream.output().write(data);
      assertThat(odd.next(VsockOp.RW).payload()).hasSize(4096);
      for (byte expected : data) {
        assertThat(odd.next(VsockOp.RW).payload()).containsExactly(expected);
      }
    }
  }

  @Test
  void laterConnectionsAreContentWithSmallBuffers() {
    for (int i = 0; i < Limits.VSOCK_LARGE_BUFFERS_MAX; i++) {
      rig.send(VsockOp.REQUEST, i, PORT);
      assertThat(rig.next(VsockOp.RESPONSE).header().bufferBytes())
          .isEqualTo(Limits.VSOCK_LARGE_BUFFER_BYTES);
    }
    rig.send(VsockOp.REQUEST, 5000, PORT);
    assertThat(rig.next(VsockOp.RESPONSE).header().bufferBytes())
        .isEqualTo(Limits.VSOCK_SMALL_BUFFER_BYTES);
  }

  @Test
  void aHandlerThatFailsEndsItsStreamAndNothingElse() throws Exception {
    rig.device.listen(
        78,
        stream -> {
          throw new IllegalStateException("handler failed on " + stream);
        });
    VsockStream other = rig.open(1000, PORT);

    rig.send(VsockOp.REQUEST, 1, 78);
    rig.next(VsockOp.RESPONSE);
    assertThat(rig.next(VsockOp.SHUTDOWN).header().flags()).isEqualTo(3);

    rig.sendData(1000, PORT, new byte[] {42});
    assertThat(other.input().read()).isEqualTo(42);
  }

  @Test
  void closedConnectionsWhoseResetNeverComesGiveWayToNewOnes() throws Exception {
    rig.device.listen(78, stream -> {});
    for (int i = 0; i < Limits.VSOCK_CONNECTIONS_MAX + 50; i++) {
      rig.send(VsockOp.REQUEST, i, 78);
      rig.next(VsockOp.RESPONSE);
      rig.next(VsockOp.SHUTDOWN);
    }
    assertThat(metric("opened")).isEqualTo(Limits.VSOCK_CONNECTIONS_MAX + 50L);
  }

  @Test
  void connectsBeyondTheBoundFailAtOnce() {
    Future<?>[] waiting = new Future<?>[Limits.VSOCK_CONNECTING_MAX];
    for (int i = 0; i < waiting.length; i++) {
      waiting[i] = onHost(() -> rig.device.connect(5, Duration.ofMinutes(5)));
      rig.next(VsockOp.REQUEST);
    }

    assertThatThrownBy(() -> rig.device.connect(5, Duration.ofMinutes(5)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in progress");
    assertThat(waiting).allMatch(future -> !future.isDone());
  }
}
