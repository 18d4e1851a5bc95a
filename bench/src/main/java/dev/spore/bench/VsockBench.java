package dev.spore.bench;

import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** How fast bytes come through a command's standard streams, which vsock carries. */
final class VsockBench {
  private static final int RUNS = 3;
  private static final int ECHOES = 10;
  private static final int MIB = 1 << 20;
  private static final int CHUNK_BYTES = 64 << 10;

  /** Some five seconds a measurement where every guest instruction is interpreted. */
  private static final int BULK_MIB_INTERPRETED = 2;

  private static final int BULK_MIB = 512;
  private static final double NANOS = 1e9;

  private static final String TO_GUEST = "host -> guest";
  private static final String TO_HOST = "guest -> host";
  private static final String ECHO = "echo through cat, each way at once";
  private static final String BYTE = "echo of one byte";

  private final WarmMachine machine;
  private final Figures figures = new Figures();
  private final int bulkMib;

  private VsockBench(WarmMachine machine) {
    this.machine = machine;
    this.bulkMib = machine.interpretsKernel() ? BULK_MIB_INTERPRETED : BULK_MIB;
  }

  static void run(WarmMachine machine, PrintStream out) throws IOException, InterruptedException {
    VsockBench bench = new VsockBench(machine);
    for (int i = 0; i < RUNS; i++) {
      bench.toGuest();
      bench.toHost();
      bench.echo();
    }
    bench.table().print(out);
  }

  private void toGuest() throws IOException, InterruptedException {
    // The first line says that the reader runs, the second that it has read everything.
    ExecSession session = shell("echo; head -c %d >/dev/null; echo".formatted(bulkMib * MIB));
    InputStream stdout = session.stdout();
    expectByte(stdout);
    long start = System.nanoTime();
    OutputStream stdin = session.stdin();
    writeBulk(stdin);
    expectByte(stdout);
    addRate(TO_GUEST, start);
    stdin.close();
    WarmMachine.finish(session, TO_GUEST);
  }

  private void toHost() throws IOException, InterruptedException {
    ExecSession session = shell("head -c %d /dev/zero".formatted(bulkMib * MIB));
    InputStream stdout = session.stdout();
    expectByte(stdout);
    long start = System.nanoTime();
    stdout.skipNBytes((long) bulkMib * MIB - 1);
    addRate(TO_HOST, start);
    session.stdin().close();
    WarmMachine.finish(session, TO_HOST);
  }

  private void echo() throws IOException, InterruptedException {
    ExecSession session = machine.exec(ExecSpec.of("/bin/cat").withStdin());
    OutputStream stdin = session.stdin();
    InputStream stdout = session.stdout();
    stdin.write('x');
    stdin.flush();
    expectByte(stdout);
    for (int i = 0; i < ECHOES; i++) {
      long start = System.nanoTime();
      stdin.write('x');
      stdin.flush();
      expectByte(stdout);
      figures.add(BYTE, (System.nanoTime() - start) / (NANOS / 1000));
    }
    FutureTask<Void> writing =
        new FutureTask<>(() -> {
          writeBulk(stdin);
          return null;
        });
    long start = System.nanoTime();
    Thread.ofPlatform().daemon().name("echo-writer").start(writing);
    stdout.skipNBytes((long) bulkMib * MIB);
    addRate(ECHO, start);
    try {
      writing.get();
    } catch (ExecutionException e) {
      throw new IOException("writing to cat in the guest failed", e.getCause());
    }
    stdin.close();
    WarmMachine.finish(session, ECHO);
  }

  private ExecSession shell(String line) {
    return machine.exec(ExecSpec.of("/bin/sh", "-c", line).withStdin());
  }

  private void writeBulk(OutputStream stream) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int i = 0; i < bulkMib * (MIB / CHUNK_BYTES); i++) {
      stream.write(chunk);
    }
    stream.flush();
  }

  private void addRate(String name, long start) {
    figures.add(name, bulkMib * NANOS / (System.nanoTime() - start));
  }

  private static void expectByte(InputStream stream) throws IOException {
    if (stream.read() < 0) {
      throw new IOException("the command in the guest ended early");
    }
  }

  private Table table() {
    String bulk =
        "%d MiB through the agent's connection, frames and credit, a pipe in the guest and a"
            .formatted(bulkMib);
    return new Table("vsock, by a command's standard streams")
        .row(
            TO_GUEST,
            "MiB/s",
            figures.of(TO_GUEST),
            bulk + " busybox head; first write to the guest's word that it has all")
        .row(TO_HOST, "MiB/s", figures.of(TO_HOST), bulk + " busybox head; first byte to last")
        .row(
            ECHO,
            "MiB/s",
            figures.of(ECHO),
            bulk + " busybox cat; first write to last byte back, each byte counted once")
        .row(
            BYTE,
            "ms",
            figures.of(BYTE),
            "one byte to busybox cat and back, nothing else going on");
  }
}
