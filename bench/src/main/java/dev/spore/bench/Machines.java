package dev.spore.bench;

import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Machines of this process, one for each memory size, each with some memory filled; and spores of
 * them. Booted side by side, for a boot takes long and keeps one processor busy; idle afterwards.
 */
final class Machines implements AutoCloseable {
  private static final int SIGKILL = 9;
  private static final String PROGRAM = "/tmp/dirty";

  /** Small guests have huge pages switched off; without them, filling takes ten times as long. */
  private static final String RECEIVE =
      "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; cat > %s && chmod 755 %s"
          .formatted(PROGRAM, PROGRAM);

  private final Setup setup;
  private final Path program;
  private final Map<Integer, WarmMachine> running = new HashMap<>();

  private Machines(Setup setup, Path program) {
    this.setup = setup;
    this.program = program;
  }

  /**
   * Boots them all.
   *
   * @param fillMib memory size of each in MiB, and how much of it is to be not zero beside what the
   *     guest has of its own
   */
  static Machines boot(Setup setup, Map<Integer, Integer> fillMib)
      throws IOException, InterruptedException {
    Machines machines = new Machines(setup, GuestProgram.compile(setup, "dirty.c"));
    boolean booted = false;
    try {
      machines.bootAll(fillMib);
      booted = true;
    } finally {
      if (!booted) {
        machines.close();
      }
    }
    return machines;
  }

  private void bootAll(Map<Integer, Integer> fillMib) throws InterruptedException {
    int processors = Runtime.getRuntime().availableProcessors();
    List<Future<WarmMachine>> boots = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(processors)) {
      fillMib.forEach((mib, fill) -> boots.add(pool.submit(() -> bootOne(mib, fill))));
    }
    List<Integer> sizes = List.copyOf(fillMib.keySet());
    IllegalStateException failure = null;
    for (int i = 0; i < sizes.size(); i++) {
      try {
        running.put(sizes.get(i), boots.get(i).get());
      } catch (ExecutionException e) {
        failure = new IllegalStateException("no machine of " + sizes.get(i) + " MiB", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private WarmMachine bootOne(int mib, int fillMib) throws IOException, InterruptedException {
    WarmMachine machine = WarmMachine.boot(setup, mib);
    boolean ready = false;
    try {
      machine.feed(Files.readAllBytes(program), RECEIVE);
      if (fillMib > 0) {
        start(machine, fillMib, 0);
      }
      ready = true;
      return machine;
    } catch (SporeException e) {
      throw new IllegalStateException(machine.fate(), e);
    } finally {
      if (!ready) {
        machine.close();
      }
    }
  }

  /** Starts {@code dirty} in the guest and waits until it has touched all of its memory. */
  private static ExecSession start(WarmMachine machine, int fillMib, int dirtyMib)
      throws IOException {
    ExecSession session =
        machine.exec(ExecSpec.of(PROGRAM, Integer.toString(fillMib), Integer.toString(dirtyMib)));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(session.stdout(), StandardCharsets.UTF_8));
    if (!"ready".equals(lines.readLine())) {
      throw new IllegalStateException("the program that writes guest memory has ended");
    }
    return session;
  }

  WarmMachine running(int mib) {
    WarmMachine machine = running.get(mib);
    if (machine == null) {
      throw new IllegalStateException("no machine of " + mib + " MiB runs");
    }
    return machine;
  }

  /** Has a guest rewrite {@code dirtyMib} all the time while {@code work} is done. */
  void whileDirtying(int mib, int dirtyMib, Work work) throws IOException, InterruptedException {
    ExecSession session = start(running(mib), 0, dirtyMib);
    try {
      work.run();
    } finally {
      session.signal(SIGKILL);
      session.await();
    }
  }

  /** What is done meanwhile. */
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** A spore of the machine, which ends with it. */
  Path spore(int mib) throws InterruptedException {
    Path spore = setup.scratch().resolve("spore-" + mib);
    if (Files.notExists(spore)) {
      try (WarmMachine machine = running(mib)) {
        running.remove(mib);
        machine.machine().save(new SaveSpec(spore, Map.of(), false));
      }
    }
    return spore;
  }

  @Override
  public void close() {
    Collection<WarmMachine> left = List.copyOf(running.values());
    running.clear();
    left.forEach(WarmMachine::close);
  }
}
