package dev.spore.vmm.ram;

import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.RamLayout;
import dev.spore.vmm.boot.RamLayout.Region;
import java.nio.file.Path;
import java.util.List;

/** The child of tests that interfere with what changes a store of backings. */
final class BackingWork {
  static final int REFUSED = 3;

  /** Two chunks with something in them, and one of zeroes. */
  static final RamLayout LAYOUT = new RamLayout(List.of(new Region(0, 3L * SavedRam.CHUNK)));

  private BackingWork() {}

  /**
   * Builds the backing of the RAM in a chunk store, or removes it. A failure is printed and makes
   * the exit status {@link #REFUSED}.
   *
   * @param arguments what to do, the store of backings, the store of chunks
   */
  public static void main(String[] arguments) {
    SavedRam saved = new SavedRam(Path.of(arguments[2]), LAYOUT);
    BackingStore store = BackingStore.in(Path.of(arguments[1]));
    try {
      switch (arguments[0]) {
        case "build" -> store.build(saved.image);
        case "remove" -> store.remove(saved.image.digest());
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    } catch (SporeException e) {
      System.out.println(e.code() + ": " + e.getMessage());
      for (Throwable also : e.getSuppressed()) {
        System.out.println("also: " + also);
      }
      System.exit(REFUSED);
    }
  }
}
