package dev.spore.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Runs the benchmarks that {@code bench/run} names. */
public final class Main {
  /** Booted in this process for their boot alone, before the one that stays. */
  private static final int COLD_MACHINES = 1;

  private Main() {}

  private enum Part {
    BOOT,
    BLK,
    VSOCK,
    HASH,
    SNAPSHOT,
    PLUGIN;

    /** Those that need a machine in this process. */
    static final Set<Part> IN_MACHINES = EnumSet.of(BOOT, BLK, VSOCK);
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Set<Part> parts =
        args[0].equals("all")
            ? EnumSet.complementOf(EnumSet.of(Part.SNAPSHOT, Part.PLUGIN))
            : EnumSet.of(Part.valueOf(args[0].toUpperCase(Locale.ROOT)));
    Setup setup = Setup.ofProperties();
    HostInfo.print(setup, System.out);
    Bars bars = new Bars();
    if (parts.contains(Part.BOOT)) {
      new StartBench(setup, bars).run(System.out);
    }
    if (parts.contains(Part.SNAPSHOT)) {
      new SnapshotBench(setup, bars, System.out).run(ofSnapshot(args));
    }
    if (parts.contains(Part.PLUGIN)) {
      ofPlugins(args, setup, bars);
    }
    if (parts.contains(Part.HASH)) {
      new HashBench(setup, bars).run(System.out);
    }
    List<WarmMachine.Boot> boots =
        Collections.disjoint(parts, Part.IN_MACHINES)
            ? List.of()
            : inMachines(parts, setup, bars, System.out);
    if (parts.contains(Part.BOOT)) {
      new BootBench(setup, bars).run(System.out, boots);
    }
    bars.print(System.out);
  }

  /** The engines, or one of what is measured in a JVM of its own. */
  private static void ofPlugins(String[] args, Setup setup, Bars bars) throws IOException {
    if (args.length == 1) {
      new PluginGuestBench(bars).run(System.out);
    } else {
      new PluginBench(setup, bars, System.out)
          .run(PluginBench.Part.valueOf(args[1].toUpperCase(Locale.ROOT)));
    }
  }

  private static Set<SnapshotBench.Part> ofSnapshot(String[] args) {
    return args.length == 1
        ? EnumSet.allOf(SnapshotBench.Part.class)
        : EnumSet.of(SnapshotBench.Part.valueOf(args[1].toUpperCase(Locale.ROOT)));
  }

  /** What happens in machines of this process. */
  private static List<WarmMachine.Boot> inMachines(
      Set<Part> parts, Setup setup, Bars bars, PrintStream out)
      throws IOException, InterruptedException {
    List<WarmMachine.Boot> boots = new ArrayList<>();
    for (int i = 0; parts.contains(Part.BOOT) && i < COLD_MACHINES; i++) {
      try (WarmMachine machine = WarmMachine.boot(setup, Optional.empty())) {
        boots.add(machine.boot());
      }
    }
    Optional<Path> disk =
        parts.contains(Part.BLK) ? Optional.of(BlkBench.image(setup)) : Optional.empty();
    try (WarmMachine machine = WarmMachine.boot(setup, disk)) {
      boots.add(machine.boot());
      if (parts.contains(Part.BOOT)) {
        ExecBench.run(machine, bars, out);
      }
      if (disk.isPresent()) {
        BlkBench.run(machine, setup, disk.get(), out);
      }
      if (parts.contains(Part.VSOCK)) {
        VsockBench.run(machine, out);
      }
    }
    return boots;
  }
}
