package dev.spore.virtio.vsock;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.device.VirtioState;
import dev.spore.format.device.VsockState;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.mmio.GuestDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guest with open connections, saved and restored: they live on where their other end is. */
@Timeout(60)
class VsockRestoreTest {
  private static final int RX = 0;
  private static final int TX = 1;
  private static final int EVENT = 2;
  private static final int AGENT = 10_700;
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final long EVENTS = BUFFERS_GPA;
  private static final long OUT = BUFFERS_GPA + 0x1000;
  private static final long IN = BUFFERS_GPA + 0x1_0000;

  private long cid = VsockRig.CID;
  private final List<VsockDevice> made = new ArrayList<>();
  private final Map<GuestDriver, Map<Integer, Long>> buffers = new HashMap<>();
  private final ExecutorService host = Executors.newVirtualThreadPerTaskExecutor();
  private final GuestDriver guest = new GuestDriver(this::make).start();

  private VirtioDevice make(Doorbell doorbell) {
    made.add(new VsockDevice(cid, doorbell));
    return made.getLast();
  }

  @AfterEach
  void endHost() {
    made.forEach(VsockDevice::close);
    host.close();
  }

  private <T> Future<T> onHost(Callable<T> task) {
    return host.submit(task);
  }

  /** Posts event buffers and receive buffers as Linux does. */
  private void post(GuestDriver guest) {
    for (int i = 0; i < 8; i++) {
      guest.ring(EVENT).offer(Piece.write(EVENTS + 16L * i, 4));
    }
    Map<Integer, Long> posted = new HashMap<>();
    for (int i = 0; i < 32; i++) {
      long gpa = IN + 0x2000L * i;
      posted.put(guest.ring(RX).offer(Piece.write(gpa, VsockRig.RECEIVE_BUFFER)), gpa);
    }
    buffers.put(guest, posted);
  }

  private static void send(GuestDriver guest, VsockHeader header, byte... payload) {
    byte[] bytes = new byte[VsockHeader.BYTES];
    header.encode(bytes);
    guest.memory().write(OUT, bytes, 0, bytes.length);
    guest.memory().write(OUT + bytes.length, payload, 0, payload.length);
    guest.ring(TX).offer(Piece.read(OUT, bytes.length + payload.length));
  }

  /** Headers of what the guest received since the last call. */
  private List<VsockHeader> received(GuestDriver guest) {
    guest.serve();
    List<VsockHeader> headers = new ArrayList<>();
    for (Used used : guest.ring(RX).takeUsed()) {
      byte[] bytes = new byte[VsockHeader.BYTES];
      long gpa = Objects.requireNonNull(posted(guest).get(used.head()));
      guest.memory().read(gpa, bytes, 0, bytes.length);
      headers.add(VsockHeader.parse(bytes));
    }
    return headers;
  }

  private Map<Integer, Long> posted(GuestDriver guest) {
    return buffers.getOrDefault(guest, Map.of());
  }

  private VsockHeader await(GuestDriver guest) {
    while (true) {
      List<VsockHeader> headers = received(guest);
      if (!headers.isEmpty()) {
        return headers.getFirst();
      }
      Thread.onSpinWait();
    }
  }

  private VsockStream connect(GuestDriver guest, VsockDevice device, long cid) throws Exception {
    Future<VsockStream> connecting = onHost(() -> device.connect(AGENT, LONG));
    VsockHeader request = await(guest);
    assertThat(request.op()).isEqualTo(VsockOp.REQUEST.code());
    assertThat(request.targetCid()).isEqualTo(cid);
    send(guest, request.reply(VsockOp.RESPONSE, VsockRig.GUEST_BUFFER));
    guest.serve();
    return connecting.get();
  }

  private GuestDriver restored() {
    VirtioState state = guest.save();
    GuestDriver copy = guest.copy(this::make);
    buffers.put(copy, posted(guest));
    copy.transport().restore(state);
    copy.transport().resume();
    guest.transport().resume();
    return copy;
  }

  /** The driver has ended its connections and gives the event buffer back. */
  private static void acknowledgeReset(GuestDriver copy) {
    copy.serve();
    assertThat(copy.ring(EVENT).takeUsed()).containsExactly(new Used(0, 4));
    assertThat(copy.memory().u32(EVENTS)).isZero();
    int before = copy.ring(EVENT).availIndex();
    copy.ring(EVENT).offer(Piece.write(EVENTS, 4));
    assertThat(copy.ring(EVENT).wantsNotification(before)).isTrue();
    copy.kick(EVENT);
  }

  @Test
  void connectionsLiveOnWhereTheyWereAndDieWhereTheyWereNot() throws Exception {
    post(guest);
    VsockStream stream = connect(guest, made.getFirst(), VsockRig.CID);
    GuestDriver copy = restored();

    // The source's connection is as it was.
    VsockHeader data = VsockRig.header(VsockOp.RW, AGENT, stream.hostPort(), 1);
    send(guest, data, (byte) 7);
    guest.serve();
    assertThat(stream.input().read()).isEqualTo(7);
    stream.output().write(9);
    assertThat(await(guest).lengthBytes()).isEqualTo(1);

    // The copy hears first that all is gone, then is told of what it sends for the old connection.
    acknowledgeReset(copy);
    send(copy, data, (byte) 7);
    assertThat(received(copy)).singleElement().matches(h -> h.op() == VsockOp.RST.code());
    assertThat(stream.input().available()).isZero();
  }

  @Test
  void nothingPassesBeforeTheGuestHasEndedItsOldConnections() throws Exception {
    post(guest);
    send(guest, VsockRig.header(VsockOp.RW, AGENT, 1, 1), (byte) 7);
    GuestDriver copy = restored();
    VsockDevice device = made.getLast();
    Future<VsockStream> connecting = onHost(() -> device.connect(AGENT, LONG));
    copy.serve();
    assertThat(copy.ring(TX).takeUsed()).isEmpty();
    assertThat(received(copy)).isEmpty();

    acknowledgeReset(copy);
    VsockHeader stale = await(copy);
    assertThat(stale.op()).isEqualTo(VsockOp.RST.code());
    assertThat(copy.ring(TX).takeUsed()).hasSize(1);
    device.close();
    assertThatThrownBy(connecting::get).hasMessageContaining("closed");
  }

  @Test
  void aNewConnectionWorksAfterTheResetAndUnderTheNewAddress() throws Exception {
    post(guest);
    VsockStream old = connect(guest, made.getFirst(), VsockRig.CID);
    cid++;
    GuestDriver copy = restored();
    acknowledgeReset(copy);
    VsockStream fresh = connect(copy, made.getLast(), VsockRig.CID + 1);
    fresh.output().write(1);
    assertThat(await(copy).op()).isEqualTo(VsockOp.RW.code());
    assertThat(old.input().available()).isZero();
  }

  @Test
  void aGuestWithoutEventBuffersIsNotSentThroughBeforeItPostsOne() {
    GuestDriver copy = restored();
    VsockDevice device = made.getLast();
    copy.serve();
    assertThatThrownBy(() -> device.connect(AGENT, Duration.ofMillis(1)))
        .isInstanceOf(SocketTimeoutException.class);
    post(copy);
    acknowledgeReset(copy);
    assertThat(received(copy)).isEmpty();
  }

  @Test
  void aRestoredGuestSavedBeforeItHeardOfTheResetHearsOfItLater() {
    post(guest);
    VirtioState state = guest.save();
    GuestDriver copy = guest.copy(this::make);
    copy.transport().restore(state);
    GuestDriver grandchild = copy.copy(this::make);
    grandchild.transport().restore(copy.transport().save());
    grandchild.transport().resume();
    acknowledgeReset(grandchild);
    assertThat(copy.ring(EVENT).takeUsed()).isEmpty();
  }

  @Test
  void theStateIsTheAddress() {
    assertThat(guest.save().device()).isEqualTo(new VsockState(VsockRig.CID));
  }
}
