package dev.spore.vmm.state;

import dev.spore.format.state.MachineState;
import dev.spore.format.state.UartState;
import dev.spore.format.state.VcpuState;
import dev.spore.format.state.VmState;
import dev.spore.kvm.DescriptorTable;
import dev.spore.kvm.Errno;
import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmExit;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.Regs;
import dev.spore.kvm.Segment;
import dev.spore.kvm.Signals;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.VmFd;
import dev.spore.vmm.HostKvm;
import dev.spore.vmm.board.BoardMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A VM with all in-kernel chips and 64 KiB of RAM at 0; its page tables map that and the local APIC
 * in long mode.
 */
final class StateVm implements AutoCloseable {
  static final int CODE = 0x1000;
  static final int HANDLER = 0x2000;
  static final int DATA = 0x3000;
  static final int AP_CODE = 0x8000;
  static final UartState UART = new UartState(0, 3, 0, 0x5a, 1, false, false);

  private static final int RAM_BYTES = 0x10000;
  private static final int PML4 = 0x4000;
  private static final int IDT = 0xa000;
  private static final long STUCK_SECONDS = 60;

  final Kvm kvm = HostKvm.open();
  final VcpuStates states = VcpuStates.of(kvm, HostKvm.quirks(kvm));
  final VmFd vm = kvm.createVm();
  final Mapping ram = Mapping.anonymous(RAM_BYTES);
  final List<VcpuFd> vcpus = new ArrayList<>();

  StateVm(int count) {
    vm.setTssAddr(BoardMap.KVM_TSS_GPA);
    vm.setIdentityMapAddr(BoardMap.KVM_IDENTITY_MAP_GPA);
    vm.createIrqchip();
    vm.createPit2();
    vm.setUserMemoryRegion(0, 0, 0, ram, 0, RAM_BYTES);
    for (int id = 0; id < count; id++) {
      VcpuFd vcpu = vm.createVcpu(id);
      vcpu.setCpuid2(kvm.supportedCpuid());
      vcpus.add(vcpu);
    }
  }

  VcpuFd first() {
    return vcpus.getFirst();
  }

  /** Puts machine code, in hexadecimal, into RAM. */
  void code(int at, String... hex) {
    byte[] bytes = HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, ram.segment(), at, bytes.length);
  }

  long data(int offset) {
    return ram.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, DATA + offset);
  }

  private void put(long at, long value) {
    ram.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
  }

  /** The first vCPU at {@link #CODE}, 64 bits, CPL 0, vector 0x40 going to {@link #HANDLER}. */
  void longMode(long rflags) {
    put(PML4, PML4 + 0x1003);
    put(PML4 + 0x1000, PML4 + 0x2003);
    put(PML4 + 0x1018, PML4 + 0x3003);
    put(PML4 + 0x2000, 0x83);
    put(PML4 + 0x3000 + 503 * 8, 0xfee0_0000L | 0x93);
    gate(0x40);
    put(IDT + 0x800, 0);
    put(IDT + 0x808, 0x00af_9b00_0000_ffffL);
    put(IDT + 0x810, 0x00cf_9300_0000_ffffL);
    Segment cs =
        new Segment(0, 0xffff_ffffL, 8, 11, true, 0, false, true, true, true, false, false);
    Segment ds =
        new Segment(0, 0xffff_ffffL, 16, 3, true, 0, true, true, false, true, false, false);
    first()
        .setSregs(
            first().getSregs().toBuilder()
                .cs(cs)
                .ds(ds)
                .es(ds)
                .fs(ds)
                .gs(ds)
                .ss(ds)
                .gdt(new DescriptorTable(IDT + 0x800, 0x17))
                .idt(new DescriptorTable(IDT, 0x7ff))
                .cr0(0x8001_0033L)
                .cr3(PML4)
                .cr4(0x620)
                .efer(0xd01)
                .build());
    Regs r = Regs.at(CODE, 0);
    first()
        .setRegs(
            new Regs(
                1,
                2,
                3,
                4,
                5,
                6,
                0xf000,
                8,
                0x8888_0000_1111L,
                9,
                10,
                11,
                12,
                13,
                14,
                0xf0f0_f0f0_1234_5678L,
                r.rip(),
                rflags));
  }

  /** Lets an exception or interrupt go to {@link #HANDLER}. */
  void gate(int vector) {
    put(IDT + vector * 16L, HANDLER | 8L << 16 | 0x8e00L << 32);
  }

  /** Runs until an I/O exit; the port. Kicked after a minute, so that no test waits for ever. */
  int runToPort(VcpuFd vcpu) {
    return runToPort(vcpu, STUCK_SECONDS, TimeUnit.SECONDS);
  }

  /** The port of the next I/O exit, or -1 when the vCPU was kicked before one. */
  int runToPort(VcpuFd vcpu, long patience, TimeUnit unit) {
    Signals.installKickHandler();
    int tid = Signals.currentTid();
    CountDownLatch done = new CountDownLatch(1);
    Thread kicker =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (!done.await(patience, unit)) {
                  vcpu.kick(tid);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      int errno = vcpu.run();
      while (errno == Errno.EAGAIN) {
        errno = vcpu.run();
      }
      boolean io = errno == 0 && vcpu.runPage().exitReason() == KvmExit.IO;
      return io ? vcpu.runPage().ioPort() : -1;
    } finally {
      done.countDown();
      join(kicker);
      vcpu.runPage().setImmediateExit(false);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Completes the exit the vCPU is in. */
  static void complete(VcpuFd vcpu) {
    vcpu.runPage().setImmediateExit(true);
    vcpu.run();
    vcpu.runPage().setImmediateExit(false);
  }

  /** Completes pending exits and saves. */
  MachineState save() {
    vcpus.forEach(StateVm::complete);
    return capture();
  }

  /** Saves vCPUs that have nothing to complete. */
  MachineState capture() {
    List<VcpuState> all = new ArrayList<>();
    for (int i = 0; i < vcpus.size(); i++) {
      all.add(states.capture(i, vcpus.get(i)));
    }
    VmState once = VmStates.capture(vm, kvm.supportedCpuid(), UART);
    return new MachineState(once, all, List.of());
  }

  void restore(MachineState state) {
    VmStates.restoreChips(vm, state.vm());
    for (VcpuState vcpu : state.vcpus()) {
      states.restore(vcpus.get(vcpu.index()), vcpu);
    }
    VmStates.restoreTime(vm, state.vm());
    vcpus.forEach(states::resumed);
  }

  void readBack(MachineState state) {
    state.vcpus().forEach(vcpu -> states.readBack(vcpus.get(vcpu.index()), vcpu));
    VmStates.readBack(vm, state.vm());
  }

  /** A new VM with the RAM and the state of this one, checked. */
  StateVm copy() {
    MachineState state = save();
    StateVm copy = new StateVm(vcpus.size());
    copy.ram.segment().copyFrom(ram.segment());
    copy.restore(state);
    copy.readBack(state);
    return copy;
  }

  @Override
  public void close() {
    vcpus.forEach(VcpuFd::close);
    vm.close();
    ram.close();
    kvm.close();
  }
}
