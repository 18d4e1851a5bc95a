package dev.spore.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Everything about saved machines, or a part of it. */
final class SnapshotBench {
  /** What can be measured by itself. */
  enum Part {
    HASH,
    SAVE,
    RESTORE,
    FORK,
    FANOUT,
    RUN;

    /** Those that need machines in this process. */
    static final Set<Part> IN_MACHINES = EnumSet.of(SAVE, RESTORE, FORK, FANOUT);
  }

  private final Setup setup;
  private final Bars bars;
  private final PrintStream out;

  SnapshotBench(Setup setup, Bars bars, PrintStream out) {
    this.setup = setup;
    this.bars = bars;
    this.out = out;
  }

  void run(Set<Part> parts) throws IOException, InterruptedException {
    if (parts.contains(Part.HASH)) {
      new HashBench(setup, bars).run(out);
    }
    if (!Collections.disjoint(parts, Part.IN_MACHINES)) {
      try (Machines machines = Machines.boot(setup, sizes(parts))) {
        inMachines(parts, machines);
      }
    }
    if (parts.contains(Part.RUN)) {
      new SecondRunBench(setup, bars).run(out);
    }
  }

  private void inMachines(Set<Part> parts, Machines machines)
      throws IOException, InterruptedException {
    if (parts.contains(Part.SAVE)) {
      new SaveBench(setup, bars).run(machines, out);
    }
    if (parts.contains(Part.RESTORE)) {
      new RestoreBench(setup, bars).run(machines, out);
    }
    if (parts.contains(Part.FORK)) {
      new ForkBench(setup, bars).run(machines.spore(RestoreBench.LARGE_MIB), out);
    }
    if (parts.contains(Part.FANOUT)) {
      new FanoutBench(setup, bars).run(machines.spore(RestoreBench.LARGE_MIB), out);
    }
  }

  private static Map<Integer, Integer> sizes(Set<Part> parts) {
    Map<Integer, Integer> fillMib = new TreeMap<>(Collections.reverseOrder());
    if (!parts.equals(EnumSet.of(Part.SAVE))) {
      fillMib.put(RestoreBench.LARGE_MIB, RestoreBench.LARGE_FILL_MIB);
    }
    if (parts.contains(Part.SAVE)) {
      fillMib.put(SaveBench.LARGE_MIB, 0);
    }
    if (parts.contains(Part.SAVE) || parts.contains(Part.RESTORE)) {
      fillMib.put(SaveBench.SMALL_MIB, 0);
      fillMib.put(SaveBench.WHOLE_MIB, SaveBench.WHOLE_FILL_MIB);
    }
    return fillMib;
  }
}
