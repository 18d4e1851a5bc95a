package dev.spore.vmm;

import dev.spore.format.manifest.DiskImage;
import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Path;

/** What a machine's disk is made from. */
sealed interface DiskSource {
  /**
   * Opens it for one machine.
   *
   * @throws SporeException object.not_found or object.invalid naming what cannot be used
   */
  DiskFile open();

  /** Where its content was found, which helps people; may be empty. */
  String pathHint();

  /** An image of the user's, which the machine reads or writes where it is. */
  record Image(DiskSpec spec) implements DiskSource {
    @Override
    public DiskFile open() {
      return DiskFile.open(spec);
    }

    @Override
    public String pathHint() {
      return spec.image().toAbsolutePath().toString();
    }
  }

  /**
   * What a saved machine had written, which the restored one gets a copy of.
   *
   * @param scratch directory for the copy, which has no name and goes when the machine does
   */
  record Saved(Spore spore, DiskImage image, Path scratch) implements DiskSource {
    @Override
    public DiskFile open() {
      return SavedDisk.open(spore, image, scratch);
    }

    @Override
    public String pathHint() {
      return image.pathHint();
    }
  }
}
