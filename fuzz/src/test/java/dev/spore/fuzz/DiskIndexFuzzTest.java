package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.format.FormatException;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.index.DiskIndexWriter;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Any bytes are the one form of a disk's index, or are refused. */
final class DiskIndexFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void open(byte[] bytes) {
    DiskIndex index;
    try {
      index = DiskIndex.open("disk.index", MemorySegment.ofArray(bytes));
    } catch (FormatException refused) {
      return;
    }
    DiskIndexWriter writer = new DiskIndexWriter(index.diskBytes());
    for (long run = 0; run < index.runs(); run++) {
      long start = index.runStart(run);
      for (long chunk = start; chunk < start + index.runLength(run); chunk++) {
        writer.add(chunk, index.id(chunk).orElseThrow());
      }
    }
    if (!Arrays.equals(writer.toBytes(), bytes)) {
      throw new AssertionError("a disk's index has two forms");
    }
  }
}
