package dev.spore.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is measured and with what.
 *
 * @param launcher the {@code spore} script
 * @param scratch directory of this run, deleted by who made it
 * @param qemu absent: QEMU's rows are left out
 * @param strace absent: the rows under strace are left out
 * @param compiler C compiler that makes static programs
 */
record Setup(
    Path launcher,
    Path kernel,
    Path initrd,
    Path scratch,
    Optional<Path> qemu,
    Optional<Path> strace,
    String compiler) {
  /** What {@code spore run} gives a machine by default, so that all columns boot the same. */
  static final int MEMORY_MIB = 256;

  static Setup ofProperties() {
    return new Setup(
        Path.of(required("spore.home"), "spore"),
        Path.of(required("spore.kernel")),
        Path.of(required("spore.initrd")),
        Path.of(required("spore.scratch")),
        program("spore.qemu"),
        program("spore.strace"),
        required("spore.cc"));
  }

  private static String required(String property) {
    String value = System.getProperty(property, "");
    if (value.isEmpty()) {
      throw new IllegalArgumentException(property + " is not set; start this by bench/run");
    }
    return value;
  }

  private static Optional<Path> program(String property) {
    String value = System.getProperty(property, "");
    return value.isEmpty() ? Optional.empty() : Optional.of(Path.of(value)).filter(Files::exists);
  }
}
