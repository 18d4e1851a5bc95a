package dev.spore.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** QEMU's microvm machine with the kernel, initrd, memory and vCPU count that Spore gets. */
final class QemuRun {
  /** What the agent says when told {@code spore.announce}. */
  private static final String READY = "spore agent: listening";

  /** KVM_RUN in QEMU's own trace, its time in front: {@code PID@SECONDS:EVENT}. */
  private static final Pattern TRACED_RUN =
      Pattern.compile("\\d+@(\\d+\\.\\d+):kvm_vcpu_ioctl .*type 0xae80,.*");

  private static final long PATIENCE_MILLIS = 60_000;

  private final Setup setup;
  private final Path qemu;

  QemuRun(Setup setup, Path qemu) {
    this.setup = setup;
    this.qemu = qemu;
  }

  /** Milliseconds from the making of the process to its first KVM_RUN. */
  double startMillis() throws IOException, InterruptedException {
    Path log = setup.scratch().resolve("qemu.trace");
    Files.deleteIfExists(log);
    List<String> command = command("kvm", "null,id=console");
    command.addAll(List.of("-msg", "timestamp=on", "-trace", "enable=kvm_vcpu_ioctl"));
    command.addAll(List.of("-D", log.toString()));
    long started = Clock.micros();
    long run = await(command, log, TRACED_RUN);
    return (run - started) / 1000.0;
  }

  /** Runs it under strace until {@code wanted} shows in {@code log}. */
  void startUnder(List<String> prefix, Path log, Pattern wanted)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(command("kvm", "null,id=console"));
    await(command, log, wanted);
  }

  /** Milliseconds from the making of the process to the agent's word, interpreted by TCG. */
  double readyMillis() throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command("tcg", "stdio,id=console"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    long started = Clock.micros();
    Process process = builder.start();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains(READY)) {
          return (Clock.micros() - started) / 1000.0;
        }
      }
      throw new IllegalStateException("QEMU ended and the agent never said: " + READY);
    } finally {
      end(process);
    }
  }

  private List<String> command(String accelerator, String chardev) {
    List<String> command = new ArrayList<>();
    command.add(qemu.toString());
    command.addAll(List.of("-M", "microvm,acpi=off,rtc=off,isa-serial=off,pit=on,pic=on"));
    command.addAll(List.of("-accel", accelerator, "-m", Setup.MEMORY_MIB + "M", "-smp", "1"));
    if (accelerator.equals("kvm")) {
      // QEMU dies on hosts whose KVM lists this MSR and refuses to have it written.
      command.addAll(List.of("-cpu", "host,arch-capabilities=off"));
    }
    command.addAll(List.of("-nodefaults", "-no-user-config", "-nographic", "-no-reboot"));
    command.addAll(List.of("-kernel", setup.kernel().toString()));
    command.addAll(List.of("-initrd", setup.initrd().toString()));
    command.addAll(
        List.of("-append", "console=hvc0 quiet panic=-1 reboot=k rdinit=/init spore.announce=1"));
    command.addAll(List.of("-device", "virtio-serial-device", "-chardev", chardev));
    command.addAll(List.of("-device", "virtconsole,chardev=console"));
    return command;
  }

  /** Starts {@code command}, waits for a line in its log, ends it; the line's time. */
  private long await(List<String> command, Path log, Pattern wanted)
      throws IOException, InterruptedException {
    Path errors = setup.scratch().resolve("qemu.err");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(errors.toFile())
            .start();
    try {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      while (System.nanoTime() < deadline) {
        boolean over = !process.isAlive();
        Optional<Long> found = find(log, wanted);
        if (found.isPresent()) {
          return found.get();
        }
        if (over) {
          break;
        }
        Thread.sleep(20);
      }
      throw new IllegalStateException(
          "QEMU never came to KVM_RUN: " + Files.readString(errors).strip());
    } finally {
      end(process);
    }
  }

  /** The time in the first whole line that matches. */
  static Optional<Long> find(Path log, Pattern wanted) throws IOException {
    if (!Files.exists(log)) {
      return Optional.empty();
    }
    String text = Files.readString(log);
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
      Matcher matcher = wanted.matcher(line);
      if (matcher.matches()) {
        return Optional.of(Clock.micros(matcher.group(1)));
      }
    }
    return Optional.empty();
  }

  /** What strace runs outlives strace, so children first. */
  private static void end(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.waitFor();
  }
}
