package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.cas.ChunkId;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.manifest.DiskImage;
import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.agent.ExecSpec;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A file system that is being changed all the while is saved whole. */
@RequiresGuest
@ExtendWith(SavedGuest.Shared.class)
final class SavedFileSystemTest {
  /** Exit status bits of e2fsck(8): 1 is "errors corrected", which a journal to replay is. */
  private static final int CORRECTED = 1;

  private final SavedGuest saved;

  @TempDir Path directory;

  SavedFileSystemTest(SavedGuest saved) {
    this.saved = saved;
  }

  @Test
  void whatWasSavedIsAsAfterAPowerCutAndTheCopyUnmountsItClean() throws Exception {
    Path busy = directory.resolve("busy");
    try (Guest source = saved.restore(saved.spore(), RestoreMode.EAGER)) {
      assertThat(source.sh("mkdir -p /tmp/mnt && mount -t ext4 /dev/vda /tmp/mnt").status())
          .isZero();
      Running churn = source.start(ExecSpec.of("/tmp/churn", "/tmp/mnt"));
      churn.awaitOutput("busy");
      source.machine().save(new SaveSpec(busy, Map.of(), true));
      assertThat(source.sh("killall churn; sync && umount /tmp/mnt").status()).isZero();
      Path rest = directory.resolve("rest");
      source.machine().save(new SaveSpec(rest, Map.of(), false));
      assertClean(image(rest));
    }

    Path cut = image(busy);
    // Only what is mended without asking: the journal is replayed, files already unlinked go.
    assertThat(e2fsck("-fp", cut)).isBetween(0, CORRECTED);
    assertClean(cut);

    try (Guest copy = saved.restore(busy, RestoreMode.LAZY)) {
      Ran unmounted = copy.sh("killall churn; sync; umount /tmp/mnt");
      assertThat(unmounted.status()).as(unmounted.err()).isZero();
      copy.assertKernelHealthy();
      Path after = directory.resolve("after");
      copy.machine().save(new SaveSpec(after, Map.of(), false));
      assertClean(image(after));
    }
  }

  private static void assertClean(Path image) throws Exception {
    assertThat(e2fsck("-fn", image)).isZero();
  }

  private static int e2fsck(String how, Path image) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of("e2fsck", how, image.toString()))
        .inheritIO()
        .redirectErrorStream(true)
        .start()
        .waitFor();
  }

  /** The disk of a spore as an image. */
  private static Path image(Path directory) throws IOException {
    Spore spore = Spore.open(directory);
    DiskImage disk = spore.manifest().disks().getFirst();
    DiskIndex index = disk.openIndex(MemorySegment.ofArray(spore.readDiskIndex(disk)));
    Path image = directory.resolveSibling(directory.getFileName() + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(index.diskBytes());
      for (long run = 0; run < index.runs(); run++) {
        long first = index.runStart(run);
        for (long chunk = first; chunk < first + index.runLength(run); chunk++) {
          ChunkId id = index.id(chunk).orElseThrow();
          long at = chunk * DiskIndex.CHUNK_BYTES;
          byte[] bytes = new byte[(int) Math.min(DiskIndex.CHUNK_BYTES, index.diskBytes() - at)];
          spore.chunks().read(id, MemorySegment.ofArray(bytes));
          file.seek(at);
          file.write(bytes);
        }
      }
    }
    return image;
  }
}
