package dev.spore.vmm;

import dev.spore.format.state.CpuidLeaf;
import dev.spore.format.state.DeviceSlot;
import dev.spore.format.state.MachineState;
import dev.spore.format.state.VcpuState;
import dev.spore.format.state.VmState;
import dev.spore.kvm.CpuidEntry;
import dev.spore.kvm.Kvm;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.VmFd;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.blk.BlkDevice;
import dev.spore.virtio.console.ConsoleDevice;
import dev.spore.virtio.console.ConsoleSink;
import dev.spore.virtio.rng.RngDevice;
import dev.spore.virtio.vsock.VsockDevice;
import dev.spore.vmm.assist.InstructionAssists;
import dev.spore.vmm.assist.XsaveLayout;
import dev.spore.vmm.board.Board;
import dev.spore.vmm.board.BoardMap;
import dev.spore.vmm.board.MmioBus;
import dev.spore.vmm.boot.CommandLine;
import dev.spore.vmm.capture.SealableDisk;
import dev.spore.vmm.quirk.KernelFlags;
import dev.spore.vmm.quirk.QuirkProfile;
import dev.spore.vmm.ram.GuestRam;
import dev.spore.vmm.state.CpuidLeaves;
import dev.spore.vmm.state.VcpuStates;
import dev.spore.vmm.state.VmStates;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a machine is assembled from, wired together, empty and not yet running. */
final class MachineParts {
  private static final int LEAF_XSAVE = 0xd;
  private static final int XSAVE_ALIGNED = 1 << 1;

  /** The guest's vsock address; 0 to 2 are reserved (virtio 1.2 §5.10.4). */
  private static final int GUEST_CID = 3;

  private final Closeables owner;
  private final List<DiskSource> diskSources;
  private final List<DiskFile> diskFiles = new ArrayList<>();
  private final MmioBus mmio = new MmioBus();
  private final List<VirtioSlot<?>> slots = new ArrayList<>();

  final GuestRam ram;
  final VmFd vm;
  final QuirkProfile quirks;
  final Board board;
  final InstructionAssists assists;
  final VcpuSet vcpus;
  private final VcpuStates states;
  final VsockDevice vsock;

  /**
   * Assembles a board around {@code ram}; on failure {@code owner} still holds what was opened.
   *
   * @param count how many vCPUs
   * @param shown the CPUID table of an earlier life, or null for what this host has
   */
  MachineParts(
      GuestRam ram,
      int count,
      @Nullable List<CpuidEntry> shown,
      List<DiskSource> disks,
      Closeables owner,
      ConsoleSink console,
      Board.PowerSwitch power) {
    this.owner = owner;
    this.ram = ram;
    Kvm kvm = owner.add(HostKvm.open());
    vm = owner.add(kvm.createVm());
    // First of all: every device KVM makes starts a grace period of its readers, which this waits
    // for; after the interrupt controllers it takes 4 to 10 ms, before them 0.1 ms.
    ram.plugInto(vm);
    vm.setTssAddr(BoardMap.KVM_TSS_GPA);
    vm.setIdentityMapAddr(BoardMap.KVM_IDENTITY_MAP_GPA);
    vm.createIrqchip();
    vm.createPit2();
    List<CpuidEntry> supported = kvm.supportedCpuid();
    vcpus = new VcpuSet(kvm, vm, supported, shown == null ? supported : shown, count, owner);
    // Not sooner: they may still be being found on another thread.
    quirks = HostKvm.quirks(kvm);
    states = VcpuStates.of(kvm, quirks);
    this.diskSources = List.copyOf(disks);
    assists = new InstructionAssists(ram.memory(), xsaveLayout(supported), count == 1);
    KvmInterrupt serialLine = owner.add(new KvmInterrupt(vm, BoardMap.UART_GSI));
    board = new Board(b -> console.write(new byte[] {(byte) b}, 0, 1), serialLine, power);
    attach(bell -> new ConsoleDevice(console, bell));
    vsock = attach(bell -> new VsockDevice(GUEST_CID, bell)).device();
    attach(bell -> new RngDevice(new HostRandom()));
    for (int i = 0; i < disks.size(); i++) {
      DiskFile disk = owner.add(disks.get(i).open());
      diskFiles.add(disk);
      String id = "spore-disk-" + i;
      attach(bell -> new BlkDevice(disk.disk(), id));
    }
  }

  private <D extends VirtioDevice> VirtioSlot<D> attach(Function<Doorbell, D> factory) {
    VirtioSlot<D> slot = VirtioSlot.attach(mmio, vm, ram.memory(), owner, factory);
    slots.add(slot);
    return slot;
  }

  private static XsaveLayout xsaveLayout(List<CpuidEntry> supported) {
    Stream<XsaveLayout.Component> components =
        supported.stream()
            .filter(e -> e.function() == LEAF_XSAVE && e.index() >= 2)
            .map(e ->
                new XsaveLayout.Component(
                    e.index(), e.ebx(), e.eax(), (e.ecx() & XSAVE_ALIGNED) != 0));
    return XsaveLayout.of(components);
  }

  /** What the kernel of {@code spec} is booted with on this board. */
  CommandLine commandLine(MachineSpec spec) {
    CommandLine.Builder line = CommandLine.builder();
    line.add("console=hvc0").add("quiet").add("reboot=k").add("panic=-1").add("rdinit=/init");
    line.set("spore_poweroff", "0x" + Integer.toHexString(BoardMap.POWER_PORT));
    if (spec.earlyConsole()) {
      line.add("earlyprintk=ttyS0,keep");
    }
    KernelFlags.forProfile(quirks).forEach(line::add);
    slots.forEach(slot -> line.virtioDevice(slot.number()));
    spec.kernelArguments().forEach(line::extra);
    return line.build();
  }

  /** What a machine that boots on this host is shown. */
  List<CpuidLeaf> offered() {
    return CpuidLeaves.of(vcpus.offered());
  }

  /** State of the VM itself; nothing of it moves. */
  VmState vmState() {
    List<CpuidEntry> shown = vcpus.descriptors().getFirst().getCpuid2();
    return VmStates.capture(vm, shown, board.saveUart());
  }

  /** State of each vCPU; all are parked. */
  List<VcpuState> vcpuStates() {
    List<VcpuFd> fds = vcpus.descriptors();
    return IntStream.range(0, fds.size()).mapToObj(id -> states.capture(id, fds.get(id))).toList();
  }

  /** State of each virtio device; all are at rest. */
  List<DeviceSlot> deviceStates() {
    return slots.stream()
        .map(slot -> new DeviceSlot(slot.number(), slot.transport().save()))
        .toList();
  }

  /**
   * Gives a fresh board the state of an earlier life and checks that it has it. The devices are at
   * rest afterwards.
   *
   * @throws SporeException object.invalid or host.unsupported naming what cannot be so here
   */
  void restore(MachineState state) {
    List<VcpuFd> fds = vcpus.descriptors();
    VmStates.restoreChips(vm, state.vm());
    for (VcpuState vcpu : state.vcpus()) {
      states.restore(fds.get(vcpu.index()), vcpu);
    }
    VmStates.restoreTime(vm, state.vm());
    fds.forEach(states::resumed);
    board.restoreUart(state.vm().uart());
    restoreDevices(state.devices());
    for (VcpuState vcpu : state.vcpus()) {
      states.readBack(fds.get(vcpu.index()), vcpu);
    }
    VmStates.readBack(vm, state.vm());
  }

  private void restoreDevices(List<DeviceSlot> saved) {
    if (saved.size() != slots.size()) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          "the spore has %d devices, this board has %d for it"
              .formatted(saved.size(), slots.size()));
    }
    for (int i = 0; i < saved.size(); i++) {
      VirtioSlot<?> slot = slots.get(i);
      if (saved.get(i).slot() != slot.number()) {
        throw new SporeException(
            ErrorCode.OBJECT_INVALID,
            "the spore has a device in slot %d where this board has one in slot %d"
                .formatted(saved.get(i).slot(), slot.number()));
      }
      try {
        slot.transport().restore(saved.get(i).state());
      } catch (DeviceStateException e) {
        throw new SporeException(
            ErrorCode.OBJECT_INVALID,
            "the spore's device in slot %d (%s): %s"
                .formatted(slot.number(), slot.device().name(), e.getMessage()),
            e);
      }
    }
  }

  /** Where each disk came from, in order of their slots. */
  List<DiskSource> diskSources() {
    return diskSources;
  }

  /** The disks, in the same order. */
  List<SealableDisk> disks() {
    return diskFiles.stream().map(DiskFile::disk).toList();
  }

  MmioBus mmio() {
    return mmio;
  }

  List<VirtioSlot<?>> slots() {
    return slots;
  }

  /** Starts the device threads, also of devices at rest; {@code owner} ends them. */
  void startDevices() {
    slots.forEach(slot -> slot.start(owner));
    slots.forEach(slot -> slot.transport().resume());
  }
}
