package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.format.FormatException;
import dev.spore.format.hint.BackingProof;
import dev.spore.format.hint.BackingVerdict;
import dev.spore.format.hint.HostMac;
import java.util.Arrays;

/** Any bytes are the one form of a proof, or are refused; none is valid without the host's key. */
final class BackingProofFuzzTest {
  private static final byte[] KEY = new byte[HostMac.KEY_BYTES];

  static {
    Arrays.fill(KEY, (byte) 0x5a);
  }

  @FuzzTest(maxDuration = "1m")
  void parse(byte[] bytes) {
    BackingProof proof;
    try {
      proof = BackingProof.parse(bytes);
    } catch (FormatException refused) {
      return;
    }
    if (!Arrays.equals(proof.encode(), bytes)) {
      throw new AssertionError("a proof has two forms");
    }
    BackingVerdict verdict =
        proof.verify(proof.memoryIndex(), proof.file().sizeBytes(), proof.file(), KEY);
    if (verdict != BackingVerdict.PROOF_MAC_MISMATCH) {
      throw new AssertionError("a proof of another host was taken");
    }
  }
}
