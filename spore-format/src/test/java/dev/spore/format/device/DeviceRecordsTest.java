package dev.spore.format.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The records refuse what no device can have, and say which field is wrong. */
class DeviceRecordsTest {
  private static final long U32_MAX = 0xffff_ffffL;
  private static final QueueState QUEUE = new QueueState(64, true, 0x1000, 0x2000, 0x3000, 7, 7);

  private static TransportState transport(
      int type, int status, long sel, int interrupts, int queues) {
    return new TransportState(
        type,
        status,
        -1,
        true,
        sel,
        sel,
        sel,
        interrupts,
        sel,
        new ArrayList<>(Collections.nCopies(queues, QUEUE)));
  }

  @Test
  void whateverADriverCanWriteIsAccepted() {
    assertThat(new QueueState(U32_MAX, false, -1, -1, -1, 0xffff, 0xffff).size())
        .isEqualTo(U32_MAX);
    assertThat(transport(0xffff, 255, U32_MAX, 3, 16).queues()).hasSize(16);
    assertThat(transport(1, 0, 0, 0, 0).featuresAccepted()).isEqualTo(-1);
    assertThat(new BlkState("", 512, 512, true).deviceType()).isEqualTo(2);
    assertThat(new ConsoleState(0, 65_535).deviceType()).isEqualTo(3);
    assertThat(new RngState()).isEqualTo(new RngState());
    assertThat(new VsockState(U32_MAX - 1).guestCid()).isEqualTo(U32_MAX - 1);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 0", "4294967296, 0, 0", "1, -1, 0", "1, 65536, 0", "1, 0, -1", "1, 0, 65536"})
  void aQueueOutOfRangeIsRefused(long size, int nextAvail, int nextUsed) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueState(size, true, 0, 0, 0, nextAvail, nextUsed))
        .withMessageStartingWith("queue ");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0, 0, virtio device type",
    "65536, 0, 0, 0, 0, virtio device type",
    "1, -1, 0, 0, 0, device status",
    "1, 256, 0, 0, 0, device status",
    "1, 0, -1, 0, 0, device_features_sel",
    "1, 0, 4294967296, 0, 0, device_features_sel",
    "1, 0, 0, -1, 0, interrupt status",
    "1, 0, 0, 4, 0, interrupt status",
    "1, 0, 0, 0, 17, number of queues"
  })
  void aTransportOutOfRangeIsRefused(
      int type, int status, long sel, int interrupts, int queues, String field) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> transport(type, status, sel, interrupts, queues))
        .withMessageStartingWith(field);
  }

  @Test
  void aTransportKeepsItsQueuesWhateverBecomesOfTheList() {
    List<QueueState> queues = new ArrayList<>(List.of(QUEUE));
    TransportState state = new TransportState(1, 0, 0, false, 0, 0, 0, 0, 0, queues);
    queues.clear();
    assertThat(state.queues()).containsExactly(QUEUE);
  }

  @Test
  void registersOfOneTypeDoNotGoWithADeviceOfAnother() {
    assertThat(new VirtioState(transport(4, 0, 0, 0, 1), new RngState()).device())
        .isEqualTo(new RngState());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VirtioState(transport(2, 0, 0, 0, 1), new RngState()))
        .withMessageContaining("type 2 beside the state of type 4");
  }

  @ParameterizedTest
  @CsvSource({
    "123456789012345678901, 512, 512",
    "na\u00efve, 512, 512",
    "'a\tb', 512, 512",
    "id, 0, 512",
    "id, -512, 512",
    "id, 511, 512",
    "id, 4096, 256",
    "id, 4096, 1536",
    "id, 16384, 8192",
    "id, 512, 4096"
  })
  void aDiskNoDriverCouldHaveSeenIsRefused(String id, long sizeBytes, int blockSizeBytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlkState(id, sizeBytes, blockSizeBytes, false))
        .withMessageStartingWith("disk ");
  }

  @ParameterizedTest
  @CsvSource({"-1, 0", "65536, 0", "0, -1", "0, 65536"})
  void aConsoleOutOfRangeIsRefused(int columns, int rows) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConsoleState(columns, rows))
        .withMessageStartingWith("console ");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 2, 0xffff_ffffL, 0x1_0000_0000L})
  void anAddressNoGuestMayHaveIsRefused(long cid) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VsockState(cid))
        .withMessageStartingWith("guest CID");
  }
}
