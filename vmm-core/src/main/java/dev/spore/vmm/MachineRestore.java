package dev.spore.vmm;

import dev.spore.format.device.QueueState;
import dev.spore.format.manifest.AgentIdentity;
import dev.spore.format.manifest.Board;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.MemoryImage;
import dev.spore.format.manifest.MemoryRegion;
import dev.spore.format.state.CpuidLeaf;
import dev.spore.virtio.console.ConsoleSink;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.board.BoardMap;
import dev.spore.vmm.boot.BootLayout;
import dev.spore.vmm.boot.RamLayout;
import dev.spore.vmm.ram.GuestRam;
import dev.spore.vmm.ram.RamImage;
import dev.spore.vmm.ram.RamRestore;
import dev.spore.vmm.ram.RestoredRam;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.state.CpuidLeaves;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Builds the machine a spore describes, or says why this program or this host cannot. */
final class MachineRestore {
  private MachineRestore() {}

  /**
   * Checks that the board is one this program builds, and that it can talk to the guest.
   *
   * @throws SporeException object.invalid saying how it differs
   */
  static void requireFit(Manifest manifest) {
    Board board = manifest.board();
    if (!board.name().equals(BoardMap.NAME) || board.version() != BoardMap.VERSION) {
      throw refused(
          "is of a %s board, version %d; this spore builds %s, version %d: use a spore that builds it"
              .formatted(board.name(), board.version(), BoardMap.NAME, BoardMap.VERSION));
    }
    AgentIdentity agent = manifest.images().agent();
    if (agent != null && agent.protocol() != AgentClient.PROTOCOL_VERSION) {
      throw refused(
          "has an agent that speaks protocol %d; this spore speaks %d: use a spore that speaks it"
              .formatted(agent.protocol(), AgentClient.PROTOCOL_VERSION));
    }
    RamLayout layout = RamLayout.of(board.memoryBytes());
    List<MemoryRegion> expected =
        layout.regions().stream().map(r -> new MemoryRegion(r.gpa(), r.sizeBytes())).toList();
    if (!board.memory().equals(expected) || board.slots() != BootLayout.VIRTIO_WINDOWS_MAX) {
      throw refused("has another memory layout than a %s board".formatted(BoardMap.NAME));
    }
    if (board.vcpus() > VmmLimits.VCPUS_MAX) {
      throw refused("has %d vCPUs, more than a machine can have".formatted(board.vcpus()));
    }
  }

  /** Builds it, in the state it was saved in; on failure {@code owner} holds what was opened. */
  static MachineParts assemble(
      RestoreSpec spec,
      GuestRam ram,
      Closeables owner,
      ConsoleSink console,
      dev.spore.vmm.board.Board.PowerSwitch power) {
    Spore spore = spec.spore();
    Manifest manifest = spore.manifest();
    MachineParts parts =
        new MachineParts(
            ram,
            manifest.board().vcpus(),
            CpuidLeaves.toKvm(manifest.machine().vm().cpuid()),
            disks(spec),
            owner,
            console,
            power);
    List<CpuidLeaf> shown = manifest.machine().vm().cpuid();
    HostFit.require(manifest.host(), shown, parts.offered(), parts.quirks);
    parts.restore(manifest.machine());
    return parts;
  }

  /**
   * Where the RAM comes from.
   *
   * @param onFailure as for {@link RamRestore}
   */
  static RestoredRam memory(RestoreSpec spec, Consumer<SporeException> onFailure) {
    return new RamRestore(
            image(spec),
            spec.backings(),
            spec.spore().workingSet(),
            rings(spec.spore().manifest()),
            onFailure)
        .run(spec.memory());
  }

  private static List<Long> rings(Manifest manifest) {
    return manifest.machine().devices().stream()
        .flatMap(slot -> slot.state().transport().queues().stream())
        .filter(QueueState::ready)
        .flatMap(queue -> Stream.of(queue.descriptorGpa(), queue.driverGpa(), queue.deviceGpa()))
        .toList();
  }

  /** The RAM of a spore. */
  static RamImage image(RestoreSpec spec) {
    Spore spore = spec.spore();
    MemoryImage memory = spore.manifest().memory();
    return new RamImage(
        RamLayout.of(memory.sizeBytes()),
        spore.index(),
        memory.index(),
        memory.dataChunks(),
        spore.chunks()::read,
        spec.kept() ? Optional.empty() : Optional.of(spore.chunks()::path));
  }

  private static List<DiskSource> disks(RestoreSpec spec) {
    return spec.spore().manifest().disks().stream().map(disk -> disk(disk, spec)).toList();
  }

  private static DiskSource disk(DiskImage disk, RestoreSpec spec) {
    if (disk.index() != null) {
      return new DiskSource.Saved(spec.spore(), disk, spec.scratch());
    }
    Path image = Path.of(disk.pathHint());
    if (!Files.exists(image)) {
      throw new SporeException(
          ErrorCode.OBJECT_NOT_FOUND,
          "disk image %s, which the spore's %s was made from, does not exist; put it back there"
              .formatted(image, disk.name()));
    }
    if (!FileIdentities.of(image).equals(disk.base())) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          "disk image %s is not what it was when the spore's %s was saved; put the old one there"
              .formatted(image, disk.name()));
    }
    return new DiskSource.Image(new DiskSpec(image, disk.readOnly()));
  }

  private static SporeException refused(String what) {
    return new SporeException(ErrorCode.OBJECT_INVALID, "the spore " + what);
  }
}
