package dev.spore.vmm;

import dev.spore.cas.Blake3;
import dev.spore.format.device.BlkState;
import dev.spore.format.manifest.Board;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.GuestImages;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.MemoryImage;
import dev.spore.format.manifest.MemoryRegion;
import dev.spore.format.manifest.SavedSession;
import dev.spore.format.state.DeviceSlot;
import dev.spore.format.state.MachineState;
import dev.spore.vmm.board.BoardMap;
import dev.spore.vmm.boot.BootLayout;
import dev.spore.vmm.capture.RamView;
import java.nio.file.Path;
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
      GuestImages images,
      MachineState state,
      long wallNanos,
      MemoryImage memory,
      List<byte[]> diskIndexes,
      List<SavedSession> sessions,
      SaveSpec spec) {
    return new Manifest(
        Version.NUMBER,
        wallNanos,
        HostFit.needs(state, parts.quirks),
        images,
        board(parts),
        origin.commandLine(),
        state,
        origin.generationOfSpore(),
        memory,
        disks(parts, state, diskIndexes),
        sessions,
        Manifest.sorted(spec.annotations()));
  }

  private static List<DiskImage> disks(
      MachineParts parts, MachineState state, List<byte[]> indexes) {
    List<DiskImage> images = new ArrayList<>();
    for (DeviceSlot device : state.devices()) {
      if (device.state().device() instanceof BlkState blk) {
        DiskSource source = parts.diskSources().get(images.size());
        byte[] index = indexes.get(images.size());
        images.add(
            new DiskImage(
                diskName(images.size()),
                device.slot(),
                blk.sizeBytes(),
                blk.readOnly(),
                index.length == 0 ? FileIdentities.of(Path.of(source.pathHint())) : null,
                index.length == 0 ? null : Blake3.hash(index),
                source.pathHint()));
      }
    }
    return images;
  }

  /** Name of a disk in a spore, by its place among the disks. */
  static String diskName(int number) {
    return "disk-" + number;
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
