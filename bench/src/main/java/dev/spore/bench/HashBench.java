package dev.spore.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** BLAKE3 beside b3sum on the same bytes, and reads of chunks with proof beside reads without. */
final class HashBench {
  private static final int RUNS = 9;
  private static final int MIB = 256;
  private static final double BYTES = MIB * (double) (1 << 20);
  private static final double LIMIT_B3SUM = 0.75;
  private static final double LIMIT_READ = 0.6;

  private static final String HASH = "BLAKE3, vectors";
  private static final String HASH_SHORT = "BLAKE3, one compiler";
  private static final String B3SUM = "b3sum --num-threads 1";
  private static final String B3SUM_READ = "b3sum --num-threads 1 --no-mmap";
  private static final String VERIFIED = "verified read, vectors";
  private static final String VERIFIED_SHORT = "verified read, one compiler";
  private static final String PLAIN = "plain read";
  private static final String RESTORED = "verified read, new memory, all processors";
  private static final String COPIED = "plain read, new memory";

  private final Setup setup;
  private final Bars bars;
  private final Figures figures = new Figures();
  private final Path file;
  private boolean b3sum = true;

  HashBench(Setup setup, Bars bars) {
    this.setup = setup;
    this.bars = bars;
    this.file = setup.scratch().resolve("hash.bytes");
  }

  void run(PrintStream out) throws IOException, InterruptedException {
    writeFile();
    try (HashJvm full = jvm("full", "--add-modules=jdk.incubator.vector");
        HashJvm small = jvm("short", "-XX:TieredStopAtLevel=1")) {
      // Both warm up before anything is measured.
      full.nanos("hash");
      small.nanos("hash");
      for (int i = 0; i < RUNS; i++) {
        figures.add(HASH, BYTES / full.nanos("hash"));
        b3sum(B3SUM);
        b3sum(B3SUM_READ);
        figures.add(HASH_SHORT, BYTES / small.nanos("hash"));
        figures.add(PLAIN, BYTES / full.nanos("plain"));
        figures.add(VERIFIED, BYTES / full.nanos("verified"));
        figures.add(VERIFIED_SHORT, BYTES / small.nanos("verified"));
        figures.add(COPIED, BYTES / full.nanos("copied"));
        figures.add(RESTORED, BYTES / full.nanos("restored"));
      }
    }
    hashes().print(out);
    reads().print(out);
    hold();
  }

  private void writeFile() throws IOException {
    byte[] block = new byte[1 << 20];
    Random random = new Random(1);
    try (OutputStream to = Files.newOutputStream(file)) {
      for (int i = 0; i < MIB; i++) {
        random.nextBytes(block);
        to.write(block);
      }
    }
  }

  private HashJvm jvm(String name, String flag) throws IOException {
    Path store = setup.scratch().resolve("chunks-" + name);
    Path errors = setup.scratch().resolve("hash-" + name + ".err");
    return new HashJvm(List.of(flag), file, store, errors);
  }

  private void b3sum(String command) throws IOException, InterruptedException {
    if (!b3sum) {
      return;
    }
    ProcessBuilder builder = new ProcessBuilder((command + " " + file).split(" ", -1));
    builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT);
    long start = System.nanoTime();
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      b3sum = false;
      return;
    }
    if (process.waitFor() != 0) {
      throw new IOException(command + " failed with status " + process.exitValue());
    }
    figures.add(command, BYTES / (System.nanoTime() - start));
  }

  private Table hashes() {
    Table table = new Table("BLAKE3, %d MiB of random bytes, one thread".formatted(MIB));
    table.row(
        HASH,
        "GB/s",
        figures.of(HASH),
        "pieces of 2 MiB in memory outside the heap, warm; C2 and jdk.incubator.vector");
    table.row(
        HASH_SHORT,
        "GB/s",
        figures.of(HASH_SHORT),
        "the same with C1 alone and no vectors, as in the JVM of a short command");
    if (b3sum) {
      String whole = "the whole process on the file, which is in the page cache";
      table.row(B3SUM, "GB/s", figures.of(B3SUM), whole);
      table.row(B3SUM_READ, "GB/s", figures.of(B3SUM_READ), whole);
    }
    return table;
  }

  private Table reads() {
    Table table = new Table("Chunk store, %d MiB in chunks of 2 MiB".formatted(MIB));
    String verified = "open, read, hash, compare, close; files in the page cache; one thread";
    String plain = "open, read into the same memory, close; one thread";
    table.row(PLAIN, "GB/s", figures.of(PLAIN), plain);
    table.row(VERIFIED, "GB/s", figures.of(VERIFIED), verified);
    table.row(VERIFIED_SHORT, "GB/s", figures.of(VERIFIED_SHORT), verified + "; C1 alone");
    String place = "each chunk to a place of its own in memory nobody has touched, as in a restore";
    table.row(COPIED, "GB/s", figures.of(COPIED), place + "; one thread, no proof");
    table.row(RESTORED, "GB/s", figures.of(RESTORED), place + "; a thread for each processor");
    return table;
  }

  private void hold() {
    String ratio = "BLAKE3, times b3sum's better figure";
    if (b3sum) {
      double best = Math.max(figures.median(B3SUM), figures.median(B3SUM_READ));
      bars.atLeast(ratio, figures.median(HASH) / best, LIMIT_B3SUM, "times");
    } else {
      bars.missing(ratio, "there is no b3sum");
    }
    double reads = figures.median(RESTORED) / figures.median(COPIED);
    bars.atLeast("chunks read and proven for a restore, times plain", reads, LIMIT_READ, "times");
    double one = figures.median(VERIFIED) / figures.median(PLAIN);
    bars.atLeast("  by one thread into memory at hand", one, LIMIT_READ, "times");
  }
}
