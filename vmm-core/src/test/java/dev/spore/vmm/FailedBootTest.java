package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.RequiresKvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A boot that fails, at whatever point, leaves nothing behind. */
@RequiresKvm
final class FailedBootTest {
  private static final int ROUNDS = 50;
  private static final long MEMORY_BYTES = 128L << 20;

  /** The JVM's own coming and going; 50 guests' RAM would be six times as much. */
  private static final long WAVERING_BYTES = 1L << 30;

  @TempDir Path directory;

  private record Failure(MachineSpec spec, ErrorCode code, String words) {}

  private MachineSpec.Builder sound() {
    return GuestKernel.spec(directory, GuestKernel.SPIN).memoryBytes(MEMORY_BYTES);
  }

  private List<Failure> failures() throws IOException {
    Path missing = directory.resolve("missing");
    Path disk = Files.write(directory.resolve("disk.img"), new byte[4096]);
    Path ragged = Files.write(directory.resolve("ragged.img"), new byte[100]);
    Path text = Files.writeString(directory.resolve("text"), "not a kernel");
    Path huge = directory.resolve("huge.cpio");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(MEMORY_BYTES);
    }
    DiskSpec writable = new DiskSpec(disk, false);
    MachineSpec.Builder many = sound();
    for (int i = 0; i <= VmmLimits.DISKS_MAX; i++) {
      many.disk(new DiskSpec(disk, true));
    }
    MachineSpec.Builder noKernel = MachineSpec.builder(missing).memoryBytes(MEMORY_BYTES);
    MachineSpec.Builder textKernel = MachineSpec.builder(text).memoryBytes(MEMORY_BYTES);
    List<Failure> list = new ArrayList<>();
    list.add(new Failure(noKernel.build(), ErrorCode.OBJECT_NOT_FOUND, "missing"));
    list.add(new Failure(textKernel.build(), ErrorCode.OBJECT_INVALID, "text"));
    list.add(new Failure(sound().initrd(missing).build(), ErrorCode.OBJECT_NOT_FOUND, "initrd"));
    list.add(new Failure(sound().initrd(huge).build(), ErrorCode.OBJECT_INVALID, "huge.cpio"));
    list.add(
        new Failure(
            sound().disk(writable).disk(new DiskSpec(missing, true)).build(),
            ErrorCode.OBJECT_NOT_FOUND,
            "disk image"));
    list.add(
        new Failure(
            sound().disk(writable).disk(new DiskSpec(ragged, true)).build(),
            ErrorCode.OBJECT_INVALID,
            "ragged.img"));
    list.add(
        new Failure(
            sound().disk(writable).disk(writable).build(), ErrorCode.OBJECT_INVALID, "in use"));
    list.add(new Failure(many.build(), ErrorCode.USAGE_INVALID_ARGUMENT, "disks"));
    list.add(
        new Failure(
            sound().memoryBytes(MEMORY_BYTES + 1).build(),
            ErrorCode.USAGE_INVALID_ARGUMENT,
            "multiple of 2 MiB"));
    list.add(new Failure(sound().vcpus(9).build(), ErrorCode.USAGE_INVALID_ARGUMENT, "9 vCPUs"));
    list.add(
        new Failure(
            sound().kernelArgument("x".repeat(3000)).build(),
            ErrorCode.USAGE_INVALID_ARGUMENT,
            "command line"));
    return list;
  }

  @Test
  void failedBootsLeaveNoDescriptorMappingOrThread() throws Exception {
    List<Failure> failures = failures();
    Footprint before = Footprint.now();
    for (int round = 0; round < ROUNDS; round++) {
      Failure failure = failures.get(round % failures.size());
      assertThatThrownBy(() -> Machine.boot(failure.spec(), event -> {}).close())
          .isInstanceOfSatisfying(
              SporeException.class, e -> assertThat(e.code()).isEqualTo(failure.code()))
          .hasMessageContaining(failure.words());
    }
    Footprint after = Footprint.now();
    assertThat(after.descriptors()).isEqualTo(before.descriptors());
    assertThat(after.pages()).isEqualTo(before.pages());
    assertThat(after.threads()).isEqualTo(before.threads());
    assertThat(after.bytes()).isLessThan(before.bytes() + WAVERING_BYTES);
  }

  @Test
  void bootsLeaveNoDescriptorMappingOrThread() throws Exception {
    Path disk = Files.write(directory.resolve("disk.img"), new byte[4096]);
    MachineSpec spec = sound().disk(new DiskSpec(disk, false)).vcpus(2).build();
    Machine.boot(spec, event -> {}).close();
    Footprint before = Footprint.now();
    for (int round = 0; round < ROUNDS; round++) {
      Machine.boot(spec, event -> {}).close();
    }
    Footprint after = Footprint.now();
    assertThat(after.descriptors()).isEqualTo(before.descriptors());
    assertThat(after.pages()).isEqualTo(before.pages());
    assertThat(after.threads()).isEqualTo(before.threads());
    assertThat(after.bytes()).isLessThan(before.bytes() + WAVERING_BYTES);
  }
}
