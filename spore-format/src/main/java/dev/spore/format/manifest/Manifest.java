package dev.spore.format.manifest;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import dev.spore.format.device.BlkState;
import dev.spore.format.state.DeviceSlot;
import dev.spore.format.state.MachineState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole manifest. Every constructor in it throws IllegalArgumentException for parts that do not
 * fit together.
 *
 * @param writer version of the program that wrote it, for messages
 * @param createdNanos wall clock when the machine was stopped, since 1970, at least 0
 * @param commandLine what the kernel was booted with
 * @param disks one for each block device of {@code machine}, in rising order of slot
 * @param sessions processes somebody may attach to
 * @param annotations the user's own notes; in order of their keys' UTF-8 bytes
 */
public record Manifest(
    String writer,
    long createdNanos,
    HostNeeds host,
    GuestImages images,
    Board board,
    String commandLine,
    MachineState machine,
    Generation generation,
    MemoryImage memory,
    List<DiskImage> disks,
    List<SavedSession> sessions,
    SortedMap<String, String> annotations) {
  /** Order of annotations: by the bytes of their UTF-8 form. */
  static final Comparator<String> KEY_ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  public Manifest {
    Check.text("writer", writer, FormatLimits.WRITER_BYTES_MAX);
    Check.range("created_nanos", createdNanos, 0, Long.MAX_VALUE);
    Check.text("command_line", commandLine, FormatLimits.COMMAND_LINE_BYTES_MAX);
    disks = Check.list("disks", disks, 0, FormatLimits.DEVICES_MAX);
    sessions = Check.list("sessions", sessions, 0, FormatLimits.SESSIONS_MAX);
    annotations = copyAnnotations(annotations);
    if (machine.vcpus().size() != board.vcpus()) {
      throw Check.refusal(
          "the state is of %d vcpus, the board has %d"
              .formatted(machine.vcpus().size(), board.vcpus()));
    }
    if (memory.sizeBytes() != board.memoryBytes()) {
      throw Check.refusal(
          "memory is %d bytes, the board has %d"
              .formatted(memory.sizeBytes(), board.memoryBytes()));
    }
    for (DeviceSlot device : machine.devices()) {
      Check.range("device slot", device.slot(), 0, board.slots() - 1);
    }
    checkDisks(machine.devices(), disks);
    Set<String> names = new HashSet<>();
    for (DiskImage disk : disks) {
      Check.that(names.add(disk.name()), "two disks have one name");
    }
    Set<String> ids = new HashSet<>();
    for (SavedSession session : sessions) {
      Check.that(ids.add(session.id()), "two sessions have one id");
    }
  }

  /** {@code annotations} in the order a manifest has them. */
  public static SortedMap<String, String> sorted(Map<String, String> annotations) {
    SortedMap<String, String> sorted = new TreeMap<>(KEY_ORDER);
    sorted.putAll(annotations);
    return sorted;
  }

  private static SortedMap<String, String> copyAnnotations(Map<String, String> annotations) {
    int bytes = 0;
    for (Map.Entry<String, String> entry : annotations.entrySet()) {
      Check.text("annotation key", entry.getKey(), FormatLimits.ANNOTATION_BYTES_MAX);
      Check.text("annotation", entry.getValue(), FormatLimits.ANNOTATION_BYTES_MAX);
      bytes += entry.getKey().getBytes(StandardCharsets.UTF_8).length;
      bytes += entry.getValue().getBytes(StandardCharsets.UTF_8).length;
      Check.range("annotations bytes", bytes, 0, FormatLimits.ANNOTATION_BYTES_MAX);
    }
    return Collections.unmodifiableSortedMap(sorted(annotations));
  }

  /** Each block device has its disk, and both agree on what the guest was told. */
  private static void checkDisks(List<DeviceSlot> devices, List<DiskImage> disks) {
    int next = 0;
    for (DeviceSlot device : devices) {
      if (device.state().device() instanceof BlkState blk) {
        boolean matches =
            next < disks.size()
                && disks.get(next).slot() == device.slot()
                && disks.get(next).sizeBytes() == blk.sizeBytes()
                && disks.get(next).readOnly() == blk.readOnly();
        if (!matches) {
          throw Check.refusal(
              "the block device in slot %d has no disk like it".formatted(device.slot()));
        }
        next++;
      }
    }
    Check.that(next == disks.size(), "a disk belongs to no block device");
  }
}
