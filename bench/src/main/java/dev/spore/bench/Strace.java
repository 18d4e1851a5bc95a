package dev.spore.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Times a start from outside, by the system calls themselves: slower, the same for everybody. */
final class Strace {
  /** {@code PID<THREAD> SECONDS CALL}, as -f, -Y and -ttt print it. */
  private static final Pattern EXEC = Pattern.compile("\\d+(?:<.*>)? +(\\d+\\.\\d+) execve\\(.*");

  /** Before it come the tiny guests of the quirk probe, on another thread. */
  private static final Pattern SPORE_RUN =
      Pattern.compile("\\d+<vcpu-0> +(\\d+\\.\\d+) ioctl\\(.*KVM_RUN.*");

  private static final Pattern QEMU_RUN =
      Pattern.compile("\\d+<.*> +(\\d+\\.\\d+) ioctl\\(.*KVM_RUN.*");

  private final Setup setup;
  private final Path program;

  Strace(Setup setup, Path program) {
    this.setup = setup;
    this.program = program;
  }

  double sporeMillis() throws IOException, InterruptedException {
    Path log = freshLog();
    SporeRun.startUnder(prefix(log), setup);
    return millis(log, SPORE_RUN);
  }

  double qemuMillis(QemuRun qemu) throws IOException, InterruptedException {
    Path log = freshLog();
    qemu.startUnder(prefix(log), log, QEMU_RUN);
    return millis(log, QEMU_RUN);
  }

  private Path freshLog() throws IOException {
    Path log = setup.scratch().resolve("strace.log");
    Files.deleteIfExists(log);
    return log;
  }

  private List<String> prefix(Path log) {
    return List.of(
        program.toString(),
        "-f",
        "-Y",
        "--seccomp-bpf",
        "-ttt",
        "-e",
        "trace=execve,ioctl",
        "-e",
        "signal=none",
        "-o",
        log.toString());
  }

  private static double millis(Path log, Pattern firstRun) throws IOException {
    long exec = QemuRun.find(log, EXEC).orElseThrow();
    long run = QemuRun.find(log, firstRun).orElseThrow();
    return (run - exec) / 1000.0;
  }
}
