package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.format.FormatException;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.index.MemoryIndexWriter;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Any bytes are the one form of an index of RAM, or are refused. */
final class MemoryIndexFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void open(byte[] bytes) {
    MemoryIndex index;
    try {
      index = MemoryIndex.open(MemorySegment.ofArray(bytes));
    } catch (FormatException refused) {
      return;
    }
    if (!Arrays.equals(MemoryIndexWriter.copyOf(index).toBytes(), bytes)) {
      throw new AssertionError("an index of RAM has two forms");
    }
  }
}
