package dev.spore.virtio.blk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** A process that writes and flushes through the device until it is killed. */
final class CrashingWriter {
  static final int SECTORS = 64;

  private CrashingWriter() {}

  /** Writes rounds of sectors to the image named by {@code args[0]}, telling each one flushed. */
  public static void main(String[] args) throws IOException {
    try (FileChannel channel =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      BlkRig rig = BlkRig.of(new FileDisk(channel, false, HolePuncher.NONE));
      byte[] data = new byte[SECTORS * Disk.SECTOR_BYTES];
      for (int round = 1; round < 256; round++) {
        Arrays.fill(data, (byte) round);
        int status =
            rig.request(BlkOperation.OUT, 0, data, 0).status()
                | rig.request(BlkOperation.FLUSH, 0, new byte[0], 0).status();
        System.out.println(status == 0 ? "flushed " + round : "failed " + round);
        System.out.flush();
        // The parent answers once it wants another round, and kills instead of answering.
        if (System.in.read() < 0) {
          return;
        }
      }
    }
  }
}
