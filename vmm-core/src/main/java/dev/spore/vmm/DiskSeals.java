package dev.spore.vmm;

import dev.spore.cas.Batch;
import dev.spore.vmm.capture.DiskSeal;
import dev.spore.vmm.capture.SealableDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All disks of a machine, taken down as of one instant; read-only ones need not be. */
final class DiskSeals implements AutoCloseable {
  private static final byte[] NONE = {};

  private final List<Optional<DiskSeal>> seals;

  private DiskSeals(List<Optional<DiskSeal>> seals) {
    this.seals = seals;
  }

  /** Begins; the machine is at rest. */
  static DiskSeals begin(List<SealableDisk> disks, Batch batch) {
    DiskSeals begun = new DiskSeals(new ArrayList<>());
    boolean all = false;
    try {
      for (SealableDisk disk : disks) {
        begun.seals.add(disk.isReadOnly() ? Optional.empty() : Optional.of(disk.seal(batch)));
      }
      all = true;
      return begun;
    } finally {
      if (!all) {
        begun.close();
      }
    }
  }

  /** Index of each disk, in order; empty for one that is read-only. */
  List<byte[]> run() {
    return seals.stream().map(seal -> seal.map(DiskSeal::run).orElse(NONE)).toList();
  }

  @Override
  public void close() {
    seals.forEach(seal -> seal.ifPresent(DiskSeal::close));
  }
}
