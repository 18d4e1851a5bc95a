package dev.spore.vmm;

import dev.spore.cas.Blake3;
import dev.spore.format.device.BlkState;
import dev.spore.format.manifest.Board;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.MemoryImage;
import dev.spore.format.manifest.MemoryRegion;
import dev.spore.format.state.DeviceSlot;
import dev.spore.format.state.MachineState;
import dev.spore.vmm.board.BoardMap;
import dev.spore.vmm.boot.BootLayout;
import dev.spore.vmm.capture.RamView;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a saved machine is. */
final class Manifests {
  private Manifests() {}

  static MemoryImage memory(byte[] index, long chunks, long dataChunks) {
    return new MemoryImage(
        chunks * RamView.CHUNK_BYTES,
        RamView.CHUNK_BYTES,
        chunks - dataChunks,
        dataChunks,
        Blake3.hash(index));
  }

  static Manifest of(
      MachineParts parts,
      MachineOrigin origin,
      MachineState state,
      long wallNanos,
      MemoryImage memory,
      SaveSpec spec) {
    return new Manifest(
        Version.NUMBER,
        wallNanos,
        HostFit.needs(state, parts.quirks),
        origin.images().get(),
        board(parts),
        origin.commandLine(),
        state,
        origin.generationOfSpore(),
        memory,
        disks(parts, state),
        List.of(),
        Manifest.sorted(spec.annotations()));
  }

  private static List<DiskImage> disks(MachineParts parts, MachineState state) {
    List<DiskImage> images = new ArrayList<>();
    for (DeviceSlot device : state.devices()) {
      if (device.state().device() instanceof BlkState blk) {
        DiskSpec disk = parts.disks.get(images.size());
        images.add(
            new DiskImage(
                "disk-" + images.size(),
                device.slot(),
                blk.sizeBytes(),
                blk.readOnly(),
                FileIdentities.of(disk.image()),
                null,
                disk.image().toAbsolutePath().toString()));
      }
    }
    return images;
  }

  static Board board(MachineParts parts) {
    List<MemoryRegion> regions =
        parts.ram.memory().regions().stream()
            .map(r -> new MemoryRegion(r.gpa(), r.bytes().byteSize()))
            .toList();
    return new Board(
        BoardMap.NAME,
        BoardMap.VERSION,
        regions,
        parts.vcpus.descriptors().size(),
        BootLayout.VIRTIO_WINDOWS_MAX);
  }
}
