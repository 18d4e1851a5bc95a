package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spore.kvm.Host;
import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Directories;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A file system without room for all of a spore: nothing of it stays, and the machine goes on. */
@RequiresGuest
@ExtendWith(SavedGuest.Shared.class)
final class SaveOnFullDiskTest {
  private static final long PAGE = 4096;
  private static final long BYTES_ENOUGH = 1L << 30;
  private static final long INODES_ENOUGH = 100_000;

  private final SavedGuest saved;

  @TempDir Path mount;

  SaveOnFullDiskTest(SavedGuest saved) {
    this.saved = saved;
  }

  @BeforeEach
  void mountSmall() throws Exception {
    assumeTrue(Host.userId() == 0, "mounting needs root");
    assumeTrue(run("mount", "-t", "tmpfs", "spore-test", mount.toString()) == 0, "may not mount");
  }

  @AfterEach
  void unmount() throws Exception {
    if (Host.userId() == 0) {
      run("umount", mount.toString());
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private void set(Limit limit) throws Exception {
    String options = "remount,size=%d,nr_inodes=%d".formatted(limit.bytes, limit.inodes);
    HostCommand.run("mount", "-o", options, mount.toString());
  }

  /**
   * How large the file system is.
   *
   * @param surely whether it is too small for any save of the machine, whose memory changes
   */
  private record Limit(long bytes, long inodes, boolean surely) {
    static Limit bytes(long bytes, boolean surely) {
      return new Limit(bytes, INODES_ENOUGH, surely);
    }

    static Limit inodes(long inodes, boolean surely) {
      return new Limit(BYTES_ENOUGH, inodes, surely);
    }
  }

  @Test
  void noSaveThatFailsLeavesAnythingOrStopsTheMachine() throws Exception {
    try (Guest guest = saved.restore(saved.spore(), RestoreMode.EAGER)) {
      Path spore = mount.resolve("spore");
      guest.machine().save(new SaveSpec(spore, Map.of(), true));
      List<Limit> limits = limits(spore);
      Directories.delete(spore);

      Witness before = Witness.look(guest, SavedGuest.WITNESS, 1);
      for (int i = 0; i < limits.size(); i++) {
        Limit limit = limits.get(i);
        set(limit);
        boolean goesOn = !limit.surely || i % 2 == 0;
        boolean refused = isRefused(guest, new SaveSpec(spore, Map.of(), goesOn));
        assertThat(refused || !limit.surely).as("refused, with %s", limit).isTrue();
        Witness now = Witness.look(guest, SavedGuest.WITNESS, 1);
        now.assertWentOnSince(before);
        before = now;
      }
      set(new Limit(BYTES_ENOUGH, INODES_ENOUGH, false));
      guest.machine().save(new SaveSpec(spore, Map.of(), false));
      try (Guest copy = saved.restore(spore, RestoreMode.LAZY)) {
        Witness.look(copy, SavedGuest.WITNESS, 1).assertWentOnSince(before);
      }
    }
  }

  /** From nearly nothing to nearly all that the save needs. */
  private static List<Limit> limits(Path spore) throws Exception {
    long bytes =
        Long.parseLong(HostCommand.run("du", "-s", "-B1", spore.toString()).split("\t", -1)[0]);
    long inodes = HostCommand.run("find", spore.toString()).lines().count();
    List<Limit> limits = new ArrayList<>();
    for (long eighth = 1; eighth < 8; eighth += 2) {
      limits.add(Limit.bytes(bytes * eighth / 8, eighth < 6));
    }
    for (long pages = 2; pages <= 16; pages += 3) {
      limits.add(Limit.bytes(bytes - pages * PAGE, false));
    }
    for (long few = 1; few <= 5; few += 2) {
      limits.add(Limit.inodes(few, true));
    }
    limits.add(Limit.inodes(inodes / 2, true));
    limits.add(Limit.inodes(inodes - 2, false));
    return limits;
  }

  private boolean isRefused(Guest guest, SaveSpec spec) throws Exception {
    try {
      guest.machine().save(spec);
    } catch (SporeException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.CACHE_UNAVAILABLE);
      assertThat(e).hasMessageContainingAll(mount.toString(), "; ");
      assertThat(e.getMessage()).containsPattern("No space left on device|ENOSPC");
      assertThat(mount).isEmptyDirectory();
      return true;
    }
    SporeCheck.verify(Spore.open(spec.directory()), () -> {});
    Directories.delete(spec.directory());
    return false;
  }
}
