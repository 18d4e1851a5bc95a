package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.format.FormatException;
import dev.spore.format.hint.WorkingSet;
import java.util.Arrays;

/** Any bytes are the one form of a working set, or are refused. */
final class WorkingSetFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void parse(byte[] bytes) {
    WorkingSet set;
    try {
      set = WorkingSet.parse(bytes);
    } catch (FormatException refused) {
      return;
    }
    if (!Arrays.equals(set.encode(), bytes)) {
      throw new AssertionError("a working set has two forms");
    }
  }
}
