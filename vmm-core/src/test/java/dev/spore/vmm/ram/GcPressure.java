package dev.spore.vmm.ram;

import dev.spore.kvm.Mapping;
import dev.spore.kvm.Userfault;
import dev.spore.vmm.boot.RamLayout;
import dev.spore.vmm.boot.RamLayout.Region;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** The child of {@link GcPressureTest}. */
final class GcPressure {
  private static final int CHUNKS = 8;
  private static final RamLayout LAYOUT =
      new RamLayout(List.of(new Region(0, (long) CHUNKS * SavedRam.CHUNK)));
  private static final int PAGES = CHUNKS * SavedRam.CHUNK / 4096;

  private final SavedRam saved;
  private final Walker.End expected;

  private GcPressure(Path directory) {
    saved = new SavedRam(directory, LAYOUT, Walker::install);
    expected = new Walker.End.Arrived(Walker.sum(saved.content, 0, 4096, PAGES));
  }

  /**
   * Goes on for a while.
   *
   * @param arguments a directory for chunks, and for how many seconds to go on
   */
  public static void main(String[] arguments) throws Exception {
    GcPressure pressure = new GcPressure(Path.of(arguments[0]));
    Thread.ofPlatform().daemon().start(GcPressure::collect);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[1]));
    int rounds = 0;
    do {
      pressure.round(rounds);
      rounds++;
    } while (System.nanoTime() - end < 0);
    System.out.println(rounds + " rounds, all sums right");
  }

  private static void collect() {
    byte[][] garbage = new byte[16][];
    for (int i = 0; ; i++) {
      garbage[i % garbage.length] = new byte[64 << 10];
      if (i % 8 == 0) {
        System.gc();
      }
    }
  }

  /** A vCPU, two device threads and the prefetch bring in RAM of their own. */
  private void round(int number) throws Exception {
    List<Mapping> mappings = GuestRam.anonymous(LAYOUT);
    LazyRam filler =
        LazyRam.start(
            saved.image,
            mappings,
            Userfault.open(),
            new TouchLog(new BitSet(), Duration.ZERO),
            reason -> {
              throw reason;
            });
    try (GuestRam ram = GuestRam.filledBy(filler, LAYOUT, mappings)) {
      Walker.Level level = number % 2 == 0 ? Walker.Level.KERNEL : Walker.Level.USER;
      try (Walker walker = new Walker(ram, level)) {
        FutureTask<Walker.End> walk = walker.readAside(0, 4096, PAGES);
        FutureTask<Void> device = device(ram);
        FutureTask<Void> otherDevice = device(ram);
        if (number % 3 == 0) {
          filler.prefetch(new BitSet(), Duration.ZERO);
        }
        device.get();
        otherDevice.get();
        if (!walk.get().equals(expected)) {
          throw new AssertionError(walk.get() + " instead of " + expected);
        }
      }
    }
  }

  private FutureTask<Void> device(GuestRam ram) {
    FutureTask<Void> device = new FutureTask<>(() -> saved.assertSameAs(ram.memory()), null);
    Thread.ofPlatform().daemon().start(device);
    return device;
  }
}
