package dev.spore.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.RequiresKvm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Guests of a few bytes against the real KVM. */
@RequiresKvm
final class GuestRunTest {
  @Test
  void outAndInPassThroughTheRunPage() {
    // mov dx,0x3f8; mov al,'A'; out dx,al; in ax,dx; mov [0x2000],ax; hlt
    try (TinyGuest guest = new TinyGuest("ba f803 b0 41 ee ed a3 0020 f4")) {
      RunPage run = guest.runPage();
      assertThat(guest.vcpu.run()).isZero();
      assertThat(run.exitReason()).isEqualTo(KvmExit.IO);
      assertThat(run.ioIsWrite()).isTrue();
      assertThat(run.ioPort()).isEqualTo(0x3f8);
      assertThat(run.ioSize()).isEqualTo(1);
      assertThat(run.ioCount()).isEqualTo(1);
      assertThat(run.ioValue(0)).isEqualTo('A');

      assertThat(guest.vcpu.run()).isZero();
      assertThat(run.exitReason()).isEqualTo(KvmExit.IO);
      assertThat(run.ioIsWrite()).isFalse();
      assertThat(run.ioSize()).isEqualTo(2);
      run.setIoValue(0, 0xbeef);

      assertThat(guest.vcpu.run()).isZero();
      assertThat(run.exitReason()).isEqualTo(KvmExit.HLT);
      assertThat(guest.ram.segment().get(ValueLayout.JAVA_SHORT, 0x2000)).isEqualTo((short) 0xbeef);
    }
  }

  @Test
  void accessOutsideEverySlotIsAnMmioExit() {
    // mov ax,0xffff; mov ds,ax; mov [0x100],eax; mov eax,[0x104]; out 0x80,eax; hlt
    // ffff:0100 is 0x1000f0, beyond the 64 KiB of RAM.
    try (TinyGuest guest = new TinyGuest("66b8 ffff3412 8ed8 66a3 0001 66a1 0401 66e7 80 f4")) {
      RunPage run = guest.runPage();
      assertThat(guest.vcpu.run()).isZero();
      assertThat(run.exitReason()).isEqualTo(KvmExit.MMIO);
      assertThat(run.mmioIsWrite()).isTrue();
      assertThat(run.mmioAddress()).isEqualTo(0x1000f0);
      assertThat(run.mmioSize()).isEqualTo(4);
      assertThat(run.mmioValue()).isEqualTo(0x1234ffffL);

      assertThat(guest.vcpu.run()).isZero();
      assertThat(run.exitReason()).isEqualTo(KvmExit.MMIO);
      assertThat(run.mmioIsWrite()).isFalse();
      run.setMmioValue(0xcafe_babe_dead_beefL);

      assertThat(guest.vcpu.run()).isZero();
      assertThat(run.exitReason()).isEqualTo(KvmExit.IO);
      assertThat(run.ioValue(0)).isEqualTo(0xdead_beefL);
    }
  }

  @Test
  void dirtyLogHoldsExactlyTheWrittenPages() {
    // mov byte [0x3000],1; mov byte [0x5fff],1; hlt
    String code = "c606 0030 01 c606 ff5f 01 f4";
    try (TinyGuest guest = new TinyGuest(KvmConst.MEM_LOG_DIRTY_PAGES, code);
        Arena arena = Arena.ofConfined()) {
      MemorySegment bitmap = arena.allocate(8);
      guest.vm.getDirtyLog(TinyGuest.SLOT, bitmap);
      assertThat(guest.vcpu.run()).isZero();
      guest.vm.getDirtyLog(TinyGuest.SLOT, bitmap);
      assertThat(bitmap.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1L << 3 | 1L << 5);
      guest.vm.getDirtyLog(TinyGuest.SLOT, bitmap);
      assertThat(bitmap.get(ValueLayout.JAVA_LONG, 0)).isZero();
    }
  }

  @Test
  void manualDirtyLogKeepsPagesUntilCleared() {
    String code = "c606 0030 01 f4";
    try (TinyGuest guest = new TinyGuest("f4");
        Arena arena = Arena.ofConfined()) {
      guest.vm.enableCap(
          KvmCap.MANUAL_DIRTY_LOG_PROTECT2, KvmConst.DIRTY_LOG_MANUAL_PROTECT_ENABLE);
      try (Mapping more = Mapping.anonymous(TinyGuest.RAM_BYTES)) {
        guest.vm.setUserMemoryRegion(
            1, KvmConst.MEM_LOG_DIRTY_PAGES, 0x20000, more, 0, TinyGuest.RAM_BYTES);
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        MemorySegment.copy(
            MemorySegment.ofArray(bytes), 0, guest.ram.segment(), TinyGuest.CODE, bytes.length);
        guest.vcpu.setSregs(withDataBase(guest.vcpu.getSregs(), 0x20000));
        assertThat(guest.vcpu.run()).isZero();
        MemorySegment bitmap = arena.allocate(8);
        guest.vm.getDirtyLog(1, bitmap);
        guest.vm.getDirtyLog(1, bitmap);
        assertThat(bitmap.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1L << 3);
        guest.vm.clearDirtyLog(1, 0, 16, bitmap);
        guest.vm.getDirtyLog(1, bitmap);
        assertThat(bitmap.get(ValueLayout.JAVA_LONG, 0)).isZero();
      }
    }
  }

  private static Sregs withDataBase(Sregs sregs, long base) {
    Segment ds = sregs.ds();
    return sregs.toBuilder()
        .ds(
            new Segment(
                base,
                ds.limit(),
                (int) (base >> 4),
                ds.type(),
                true,
                ds.dpl(),
                ds.db(),
                ds.s(),
                ds.l(),
                ds.g(),
                ds.avl(),
                false))
        .build();
  }

  @Test
  void dirtyBitmapThatIsTooShortIsRefused() {
    try (TinyGuest guest = new TinyGuest(KvmConst.MEM_LOG_DIRTY_PAGES, "f4");
        Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> guest.vm.getDirtyLog(TinyGuest.SLOT, arena.allocate(7)))
          .isInstanceOf(IllegalArgumentException.class);
      MemorySegment heap = MemorySegment.ofArray(new long[1]);
      assertThatThrownBy(() -> guest.vm.getDirtyLog(TinyGuest.SLOT, heap))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> guest.vm.getDirtyLog(7, arena.allocate(8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("slot 7");
    }
  }

  @Test
  void ioeventfdTakesItsWritesAndLeavesTheOthers() {
    // mov al,1; out 0x90,al; mov al,7; out 0x90,al; hlt
    try (TinyGuest guest = new TinyGuest("b0 01 e6 90 b0 07 e6 90 f4");
        EventFd doorbell = EventFd.create()) {
      guest.vm.ioeventfd(0x90, 1, OptionalLong.of(1), true, doorbell, true);
      assertThat(guest.vcpu.run()).isZero();
      assertThat(guest.runPage().exitReason()).isEqualTo(KvmExit.IO);
      assertThat(guest.runPage().ioValue(0)).isEqualTo(7);
      assertThat(doorbell.read()).isEqualTo(1);
      guest.vm.ioeventfd(0x90, 1, OptionalLong.of(1), true, doorbell, false);
    }
  }

  @Test
  void irqfdAndIrqLineNeedAnIrqchip() {
    try (Kvm kvm = Kvm.open();
        VmFd vm = kvm.createVm();
        EventFd event = EventFd.create()) {
      assertThatThrownBy(() -> vm.irqfd(event, 5, true))
          .isInstanceOf(KvmException.class)
          .hasMessageContaining("KVM_IRQFD on vm");
      vm.setTssAddr(0xfffb_d000L);
      vm.setIdentityMapAddr(0xfffb_c000L);
      vm.createIrqchip();
      vm.createPit2();
      vm.irqfd(event, 5, true);
      event.signal();
      vm.irqfd(event, 5, false);
      vm.irqLine(4, true);
      vm.irqLine(4, false);
    }
  }

  @Test
  void kickTakesASpinningVcpuOutOfKvmRun() throws Exception {
    Signals.installKickHandler();
    // jmp $
    try (TinyGuest guest = new TinyGuest("ebfe")) {
      AtomicInteger tid = new AtomicInteger();
      CountDownLatch running = new CountDownLatch(1);
      FutureTask<Integer> loop =
          new FutureTask<>(() -> {
            tid.set(Signals.currentTid());
            running.countDown();
            return guest.vcpu.run();
          });
      Thread thread = Thread.ofPlatform().start(loop);
      running.await();
      guest.vcpu.kick(tid.get());
      assertThat(loop.get()).isEqualTo(Errno.EINTR);
      thread.join();
      assertThat(guest.runPage().immediateExit()).isTrue();
      assertThat(Signals.tgkill(tid.get())).isFalse();
      guest.vcpu.close();
      guest.vcpu.kick(tid.get());
    }
  }

  @Test
  void immediateExitAloneKeepsTheGuestFromRunning() {
    try (TinyGuest guest = new TinyGuest("ebfe")) {
      guest.runPage().setImmediateExit(true);
      assertThat(guest.vcpu.run()).isEqualTo(Errno.EINTR);
    }
  }

  @Test
  void executingWhereNoMemoryIsEndsInAnEmulationFailure() {
    // jmp f000:0000
    try (TinyGuest guest = new TinyGuest("ea 0000 00f0")) {
      assertThat(guest.vcpu.run()).isZero();
      RunPage run = guest.runPage();
      assertThat(run.exitReason()).isEqualTo(KvmExit.INTERNAL_ERROR);
      assertThat(run.internalSuberror()).isEqualTo(KvmConst.INTERNAL_ERROR_EMULATION);
      assertThat(run.emulationFailureBytes()).hasSizeLessThanOrEqualTo(15);
      assertThat(guest.vcpu.getRegs().rip()).isZero();
    }
  }

  @Test
  void ramStaysMappedUntilTheLastVcpuIsClosed() {
    TinyGuest guest = new TinyGuest("c606 0030 01 f4");
    try (guest) {
      guest.ram.close();
      guest.vm.close();
      // Were the memory gone, KVM_RUN would fail with EFAULT.
      assertThat(guest.vcpu.run()).isZero();
      assertThat(guest.runPage().exitReason()).isEqualTo(KvmExit.HLT);
    }
  }

  @Test
  void memoryOfARemovedSlotIsLetGo() throws IOException {
    String name = "spore-removed-slot";
    Memfd memfd = Memfd.create(name, 1 << 20);
    Mapping more = Mapping.shared(memfd, 0, 1 << 20);
    memfd.close();
    try (TinyGuest guest = new TinyGuest("f4")) {
      guest.vm.setUserMemoryRegion(1, 0, 0x100000, more, 0, 1 << 20);
      more.close();
      assertThat(isMapped(name)).as("while the VM has it").isTrue();
      guest.vm.removeUserMemoryRegion(1);
      assertThat(isMapped(name)).as("afterwards").isFalse();
    }
  }

  private static boolean isMapped(String memfd) throws IOException {
    return Files.readString(Path.of("/proc/self/maps")).contains("memfd:" + memfd);
  }

  @Test
  void everythingThrowsAfterCloseAndNothingCrashes() {
    TinyGuest guest = new TinyGuest("f4");
    guest.close();
    guest.close();
    assertThatThrownBy(guest.vcpu::run)
        .isInstanceOf(KvmException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(guest.vcpu::getRegs).isInstanceOf(KvmException.class);
    assertThatThrownBy(() -> guest.runPage().exitReason())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> guest.ram.segment().get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> guest.vm.irqLine(1, true))
        .isInstanceOf(KvmException.class)
        .extracting(e -> ((KvmException) e).errno())
        .isEqualTo(Errno.EBADF);
  }
}
