package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.format.FormatException;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.format.manifest.SporeHeader;
import java.util.Arrays;

/** Any bytes are a manifest, and then the one form of it, or are refused. */
final class ManifestFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void parse(byte[] bytes) {
    byte[] again;
    try {
      again = ManifestCodec.encode(ManifestCodec.parse(bytes));
    } catch (FormatException refused) {
      return;
    }
    if (!Arrays.equals(again, bytes)) {
      throw new AssertionError("a manifest has two forms");
    }
    if (SporeHeader.read(bytes).version() != SporeHeader.VERSION) {
      throw new AssertionError("a manifest of another version was read");
    }
  }
}
