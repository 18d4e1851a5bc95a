package dev.spore.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** The same program with the same pattern on the same image, in the guest and on the host. */
final class BlkBench {
  private static final int RUNS = 3;
  private static final int SECONDS = 2;
  private static final int IMAGE_MIB = 64;
  private static final int SMALL = 4096;
  private static final int LARGE = 1 << 20;
  private static final double NANOS = 1e9;

  private final Setup setup;
  private final Path image;
  private final Path program;
  private final Figures figures = new Figures();

  private enum Pattern {
    READ("sequential read, 1 MiB", "read", "seq", LARGE),
    WRITE("sequential write, 1 MiB", "write", "seq", LARGE),
    READ_RANDOM("random read, 4 KiB", "read", "random", SMALL),
    WRITE_RANDOM("random write, 4 KiB", "write", "random", SMALL);

    final String label;
    final String direction;
    final String order;
    final int blockBytes;

    Pattern(String label, String direction, String order, int blockBytes) {
      this.label = label;
      this.direction = direction;
      this.order = order;
      this.blockBytes = blockBytes;
    }

    String unit() {
      return blockBytes == LARGE ? "MiB/s" : "op/s";
    }
  }

  private BlkBench(Setup setup, Path image, Path program) {
    this.setup = setup;
    this.image = image;
    this.program = program;
  }

  /** An image to boot the machine with; in the host's page cache from being written. */
  static Path image(Setup setup) throws IOException {
    Path image = setup.scratch().resolve("disk.img");
    byte[] block = new byte[LARGE];
    Random random = new Random(1);
    try (OutputStream out = Files.newOutputStream(image)) {
      for (int i = 0; i < IMAGE_MIB; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    return image;
  }

  static void run(WarmMachine machine, Setup setup, Path image, PrintStream out)
      throws IOException, InterruptedException {
    Path program = GuestProgram.compile(setup, "blkload.c");
    BlkBench bench = new BlkBench(setup, image, program);
    bench.install(machine);
    for (Pattern pattern : Pattern.values()) {
      for (int i = 0; i < RUNS; i++) {
        bench.measure(machine, pattern);
      }
    }
    bench.table().print(out);
  }

  private void install(WarmMachine machine) throws IOException, InterruptedException {
    machine.feed(Files.readAllBytes(program), "cat >/tmp/blkload && chmod 755 /tmp/blkload");
  }

  private void measure(WarmMachine machine, Pattern pattern)
      throws IOException, InterruptedException {
    String guest = machine.output(command("/tmp/blkload", "/dev/vda", "direct", pattern));
    figures.add(guestLabel(pattern), rate(guest, pattern));
    Process host =
        new ProcessBuilder(command(program.toString(), image.toString(), "cached", pattern))
            .redirectError(setup.scratch().resolve("blkload.err").toFile())
            .start();
    String output = new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (host.waitFor() != 0) {
      throw new IllegalStateException(
          "%s on the host: status %d".formatted(program, host.exitValue()));
    }
    figures.add(hostLabel(pattern), rate(output, pattern));
  }

  private static String[] command(String program, String file, String cache, Pattern pattern) {
    return List.of(
            program,
            file,
            cache,
            pattern.direction,
            pattern.order,
            String.valueOf(pattern.blockBytes),
            String.valueOf(SECONDS))
        .toArray(String[]::new);
  }

  /** From the program's "OPERATIONS NANOSECONDS". */
  private static double rate(String output, Pattern pattern) {
    String[] words = output.strip().split(" ", -1);
    double perSecond = Long.parseLong(words[0]) * NANOS / Long.parseLong(words[1]);
    return perSecond * (pattern.blockBytes == LARGE ? pattern.blockBytes / (double) LARGE : 1);
  }

  private static String guestLabel(Pattern pattern) {
    return pattern.label + ", guest";
  }

  private static String hostLabel(Pattern pattern) {
    return pattern.label + ", host";
  }

  private Table table() {
    Table table =
        new Table("virtio-blk, raw image of %d MiB, one request at a time".formatted(IMAGE_MIB));
    for (Pattern pattern : Pattern.values()) {
      table.row(
          guestLabel(pattern),
          pattern.unit(),
          figures.of(guestLabel(pattern)),
          "pread/pwrite with O_DIRECT on /dev/vda for %d s, by the guest's clock; no flush"
              .formatted(SECONDS));
      table.row(
          hostLabel(pattern),
          pattern.unit(),
          figures.of(hostLabel(pattern)),
          "the same program on the image file through the page cache, as the device uses it");
    }
    return table;
  }
}
