package dev.spore.format.hint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BackingProofTest {
  private static final long SIZE = 256L << 20;
  private static final ChunkId INDEX = Blake3.hash(new byte[] {1});
  private static final FileFacts FILE =
      new FileFacts(
          true, 0x801, 12345, SIZE, 1000, 1_700_000_000_000_000_001L, 1_700_000_000_000_000_002L);
  private static final byte[] KEY = new byte[HostMac.KEY_BYTES];

  /** Of the first 96 bytes, computed with another program. */
  private static final String EXPECTED_MAC =
      "48bdfe2b98fb764e6aba12a0ea3cb9aebc16dda8b6a8203b244a0fb6452ed334";

  private static final BackingProof PROOF = BackingProof.make(INDEX, FILE, KEY);

  @Test
  void aProofOfTheSameFileIsValid() {
    assertThat(verdict(PROOF, FILE)).isEqualTo(BackingVerdict.PROOF_VALID);
    assertThat(verdict(BackingProof.parse(PROOF.encode()), FILE))
        .isEqualTo(BackingVerdict.PROOF_VALID);
  }

  @Test
  void theMacIsTheStandardOne() {
    byte[] bytes = PROOF.encode();

    assertThat(HexFormat.of().formatHex(bytes, 96, 128)).isEqualTo(EXPECTED_MAC);
  }

  @Test
  void anotherFileOrATouchedOneIsRefused() {
    List<FileFacts> others =
        List.of(
            new FileFacts(
                true, 0x802, 12345, SIZE, 1000, FILE.modifiedNanos(), FILE.changedNanos()),
            new FileFacts(
                true, 0x801, 12346, SIZE, 1000, FILE.modifiedNanos(), FILE.changedNanos()),
            new FileFacts(true, 0x801, 12345, SIZE, 0, FILE.modifiedNanos(), FILE.changedNanos()),
            new FileFacts(true, 0x801, 12345, SIZE, 1000, 0, FILE.changedNanos()),
            new FileFacts(true, 0x801, 12345, SIZE, 1000, FILE.modifiedNanos(), 0));

    assertThat(others)
        .allSatisfy(
            other -> assertThat(verdict(PROOF, other)).isEqualTo(BackingVerdict.PROOF_OTHER_FILE));
  }

  @Test
  void aFileOfAnotherSizeOrKindIsRefused() {
    FileFacts shorter =
        new FileFacts(
            true, 0x801, 12345, SIZE - 1, 1000, FILE.modifiedNanos(), FILE.changedNanos());
    FileFacts device =
        new FileFacts(false, 0x801, 12345, SIZE, 1000, FILE.modifiedNanos(), FILE.changedNanos());

    assertThat(verdict(PROOF, shorter)).isEqualTo(BackingVerdict.BACKING_SIZE_MISMATCH);
    assertThat(verdict(PROOF, device)).isEqualTo(BackingVerdict.BACKING_NOT_REGULAR);
  }

  @Test
  void aProofOfOtherMemoryIsRefused() {
    ChunkId other = Blake3.hash(new byte[] {2});

    assertThat(PROOF.verify(other, SIZE, FILE, KEY)).isEqualTo(BackingVerdict.PROOF_OTHER_MEMORY);
  }

  @Test
  void anotherHostsProofIsRefused() {
    byte[] otherKey = KEY.clone();
    otherKey[31] = 1;

    assertThat(PROOF.verify(INDEX, SIZE, FILE, otherKey))
        .isEqualTo(BackingVerdict.PROOF_MAC_MISMATCH);
  }

  @Test
  void noChangedByteIsValid() {
    byte[] bytes = PROOF.encode();
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= 1;
      try {
        BackingProof proof = BackingProof.parse(changed);
        assertThat(proof.encode()).isEqualTo(changed);
        assertThat(verdict(proof, FILE)).isEqualTo(BackingVerdict.PROOF_MAC_MISMATCH);
      } catch (FormatException refused) {
        assertThat(refused).hasMessageStartingWith("ram.backing.proof:");
      }
    }
  }

  @Test
  void noOtherLengthIsAProof() {
    byte[] bytes = PROOF.encode();
    for (int length = 0; length <= bytes.length + 16; length++) {
      byte[] other = Arrays.copyOf(bytes, length);
      if (length != bytes.length) {
        assertThatThrownBy(() -> BackingProof.parse(other)).isInstanceOf(FormatException.class);
      }
    }
  }

  @Test
  void aKeyOfAnotherSizeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackingProof.make(INDEX, FILE, new byte[16]));
  }

  private static BackingVerdict verdict(BackingProof proof, FileFacts found) {
    return proof.verify(INDEX, SIZE, found, KEY);
  }
}
