package dev.spore.cli;

import dev.spore.cas.Blake3;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineEvent;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.Version;
import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Leftovers;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Machines that have booted and done nothing else, kept so that the next run like it starts where
 * they stand. Kept as spores in the cache, one for each kind of start; each can be deleted at any
 * time.
 */
final class BaseMachines {
  /** Changes at every boot of the host, and with it the counters guests measure time by. */
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path base;
  private final Path scratch;
  private final BackingStore backings;
  private String reason = "the kept machine was not tried";
  private boolean wanted;

  private BaseMachines(Path base, Path scratch, BackingStore backings) {
    this.base = base;
    this.scratch = scratch;
    this.backings = backings;
  }

  /** The one for starts like {@code request}, or null if none is to be kept for it. */
  static @Nullable BaseMachines of(RunRequest request) {
    Path keep = request.keep();
    if (keep == null || request.cold() || request.from() != null) {
      return null;
    }
    try {
      return new BaseMachines(keep.resolve(key(request)), request.scratch(), request.backings());
    } catch (IOException e) {
      log().log(System.Logger.Level.DEBUG, "no machine can be kept", e);
      return null;
    }
  }

  /** Everything a booted machine depends on. */
  static String key(RunRequest request) throws IOException {
    Rootfs rootfs = request.rootfs();
    String parts =
        String.join(
            "\n",
            Version.NUMBER,
            Files.readString(BOOT_ID).strip(),
            file(Objects.requireNonNull(request.kernel())),
            file(Objects.requireNonNull(request.initrd())),
            rootfs == null ? "" : file(rootfs.image()),
            Long.toString(request.memoryBytes()),
            Integer.toString(request.vcpus()));
    return Blake3.hash(parts.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
  }

  /**
   * A file's change time, unlike its modification time, cannot be set back by whoever writes it.
   */
  private static String file(Path file) throws IOException {
    Map<String, Object> found = Files.readAttributes(file, "unix:dev,ino,size,ctime");
    return "%s %s %s %s %s"
        .formatted(
            file.toRealPath(),
            found.get("dev"),
            found.get("ino"),
            found.get("size"),
            found.get("ctime"));
  }

  /** Starts from the kept machine; null if there is none that can be used, {@link #reason} why. */
  @Nullable Machine restore(Consumer<MachineEvent> events) {
    if (!Files.isDirectory(base)) {
      reason = "this is the first start of its kind";
      wanted = true;
      return null;
    }
    try {
      return held(events);
    } catch (SporeException e) {
      reason = "the machine kept for starts like this cannot be used: " + e.getMessage();
      if (e.code() == ErrorCode.OBJECT_INVALID) {
        wanted = remove();
      }
      return null;
    }
  }

  /** Restores it; nobody deletes it while the machine may still read from it. */
  private Machine held(Consumer<MachineEvent> events) {
    SporeUse held =
        KeptMachines.hold(base)
            .orElseThrow(() ->
                new SporeException(
                    ErrorCode.CACHE_UNAVAILABLE, base + " is being deleted by another process"));
    boolean running = false;
    try {
      Machine machine = Machine.restore(restoreSpec(), events);
      letGoAtTheEndOf(machine, held);
      running = true;
      return machine;
    } finally {
      if (!running) {
        held.close();
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // closing a file cannot fail
  private static void letGoAtTheEndOf(Machine machine, SporeUse held) {
    machine.exit().thenRun(held::close);
  }

  /** Makes room for a machine in the place of a damaged one; false if that cannot be. */
  private boolean remove() {
    try {
      Leftovers.remove(base);
      return true;
    } catch (IOException e) {
      log().log(System.Logger.Level.DEBUG, "a damaged machine stays in the cache", e);
      return false;
    }
  }

  private RestoreSpec restoreSpec() {
    return new RestoreSpec(
        Spore.open(base), scratch, RestoreMode.AUTO, Optional.of(backings), Optional.empty(), true);
  }

  /** Why a machine had to boot. */
  String reason() {
    return reason;
  }

  /** Whether the machine that boots now should be kept. */
  boolean isWanted() {
    return wanted;
  }

  /** Keeps {@code machine}, which goes on. Failing to is no failure of the run. */
  void keep(Machine machine) throws InterruptedException {
    try {
      Path kept = base.resolveSibling("");
      Files.createDirectories(kept);
      Leftovers.delete(kept);
      machine.save(new SaveSpec(base, Map.of("spore", "base"), true, false));
      restoreSpec().buildBacking();
      KeptMachines.evict(base.resolveSibling(""));
    } catch (SporeException | IOException e) {
      log().log(System.Logger.Level.DEBUG, "no machine is kept", e);
    }
  }

  /** Looked up when there is something to say: the first logger of a program costs it 20 ms. */
  private static System.Logger log() {
    return System.getLogger(BaseMachines.class.getName());
  }
}
