package dev.spore.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.RequiresKvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory that is filled by this process; Java code touches only what has been brought. */
@RequiresKvm
final class UserfaultTest {
  private static final int PAGE = 4096;
  private static final int SIZE = 16 * PAGE;

  private static MemorySegment pages(int count, byte value) {
    return Arena.ofAuto().allocate((long) count * PAGE, PAGE).fill(value);
  }

  @Test
  void whatIsBroughtIsThereAndBringingItAgainChangesNothing() {
    try (Mapping memory = Mapping.anonymous(SIZE);
        Userfault userfault = Userfault.open()) {
      int region = userfault.register(memory);
      userfault.copy(region, 4 * PAGE, pages(2, (byte) 7));
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 4 * PAGE)).isEqualTo((byte) 7);
      userfault.copy(region, 0, pages(16, (byte) 9));
      userfault.zero(region, 0, SIZE);
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 5 * PAGE)).isEqualTo((byte) 7);
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 3 * PAGE)).isEqualTo((byte) 9);
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, SIZE - 1)).isEqualTo((byte) 9);
    }
  }

  @Test
  void aGuestThatTouchesAMissingPageWaitsForIt() throws Exception {
    // mov ax,[0x3004]; out 0x80,ax
    Userfault userfault = Userfault.open();
    try (TinyGuest guest = new TinyGuest("a1 0430 e7 80");
        Mapping data = Mapping.anonymous(TinyGuest.RAM_BYTES)) {
      int region = userfault.register(data);
      MemorySegment code = Arena.ofAuto().allocate(PAGE, PAGE);
      code.copyFrom(guest.ram.segment().asSlice(TinyGuest.CODE, PAGE));
      guest.vm.removeUserMemoryRegion(TinyGuest.SLOT);
      guest.vm.setUserMemoryRegion(TinyGuest.SLOT, 0, 0, data, 0, TinyGuest.RAM_BYTES);
      List<Long> offsets = new ArrayList<>();
      FutureTask<Boolean> server =
          new FutureTask<>(() -> {
            Userfault.Fault fault = new Userfault.Fault();
            while (userfault.await(fault)) {
              assertThat(fault.region()).isEqualTo(region);
              offsets.add(fault.offsetBytes());
              boolean isCode = fault.offsetBytes() == TinyGuest.CODE;
              userfault.copy(region, fault.offsetBytes(), isCode ? code : pages(1, (byte) 0x5a));
            }
            return true;
          });
      Thread.ofPlatform().daemon().start(server);
      assertThat(guest.vcpu.run()).isZero();
      assertThat(guest.runPage().exitReason()).isEqualTo(KvmExit.IO);
      assertThat(guest.runPage().ioValue(0)).isEqualTo(0x5a5a);
      userfault.close();
      assertThat(server.get()).isTrue();
      assertThat(offsets).contains((long) TinyGuest.CODE, 0x3000L);
    }
  }

  @Test
  void aGuestThatTouchesWhatIsForbiddenLeavesWithoutHavingSeenIt() {
    // mov ax,1; mov ax,[0x3004]; out 0x80,ax
    try (TinyGuest guest = new TinyGuest("b8 0100 a1 0430 e7 80")) {
      guest.ram.forbid(0x3000, PAGE);
      boolean refused = false;
      try {
        refused = guest.vcpu.run() == 0 && guest.runPage().exitReason() != KvmExit.IO;
      } catch (KvmException e) {
        refused = e.errno() == Errno.EFAULT;
      }
      assertThat(refused).isTrue();
      assertThat(guest.vcpu.getRegs().rax() & 0xffff).isEqualTo(1);
    }
  }

  @Test
  void whatIsNotWatchedAnyMoreIsZero() {
    try (Mapping memory = Mapping.anonymous(SIZE);
        Userfault userfault = Userfault.open()) {
      int region = userfault.register(memory);
      userfault.copy(region, 0, pages(1, (byte) 7));
      userfault.unregister(region);
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, PAGE)).isZero();
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
    }
  }

  @Test
  void closingEndsEveryWaitAndEveryUse() throws Exception {
    Userfault userfault = Userfault.open();
    List<FutureTask<Boolean>> waits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      FutureTask<Boolean> wait = new FutureTask<>(() -> userfault.await(new Userfault.Fault()));
      waits.add(wait);
      Thread.ofPlatform().daemon().start(wait);
    }
    userfault.close();
    userfault.close();
    for (FutureTask<Boolean> wait : waits) {
      assertThat(wait.get()).isFalse();
    }
    try (Mapping memory = Mapping.anonymous(SIZE)) {
      assertThatThrownBy(() -> userfault.register(memory)).isInstanceOf(KvmException.class);
    }
  }

  @Test
  void pagesDoNotComeFromTheHeapNorGoOutsideTheMapping() {
    try (Mapping memory = Mapping.anonymous(SIZE);
        Userfault userfault = Userfault.open()) {
      int region = userfault.register(memory);
      assertThatThrownBy(() -> userfault.copy(region, 0, MemorySegment.ofArray(new byte[PAGE])))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> userfault.copy(region, SIZE, pages(1, (byte) 1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> userfault.zero(region, -PAGE, PAGE))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void withoutTheRightTheReasonSaysHowToGetIt(@TempDir Path directory) {
    assertThatThrownBy(() -> Userfault.open(directory.resolve("userfaultfd")))
        .hasMessageContaining("vm.unprivileged_userfaultfd")
        .asInstanceOf(InstanceOfAssertFactories.type(UserfaultUnavailableException.class))
        .extracting(UserfaultUnavailableException::reason)
        .isEqualTo(UserfaultUnavailableException.Reason.FORBIDDEN);
  }

  @Test
  void theDeviceGivesOneToo() {
    try (Mapping memory = Mapping.anonymous(SIZE);
        Userfault userfault = Userfault.open(Path.of("/dev/userfaultfd"))) {
      int region = userfault.register(memory);
      userfault.zero(region, 0, SIZE);
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }
  }
}
