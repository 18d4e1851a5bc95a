package dev.spore.vmm.snapshot;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Which child of which fork a spore is; kept among its annotations.
 *
 * @param batch 32 lower-case hexadecimal digits, drawn for the fork: the same in all its children
 * @param index from 0 to {@code count - 1}
 * @param count children of the fork, from 1 to {@link SnapshotLimits#FORK_CHILDREN_MAX}
 */
public record ForkRecord(String batch, int index, int count) {
  /** Keys of annotations that begin so are Spore's own. */
  public static final String RESERVED_PREFIX = "dev.spore/";

  static final String BATCH = RESERVED_PREFIX + "fork-batch";
  static final String COUNT = RESERVED_PREFIX + "fork-count";
  static final String INDEX = RESERVED_PREFIX + "fork-index";

  private static final int BATCH_BYTES = 16;
  private static final int NUMBER_DIGITS_MAX = 5;

  public ForkRecord {
    if (!batch.matches("[0-9a-f]{32}")
        || count < 1
        || count > SnapshotLimits.FORK_CHILDREN_MAX
        || index < 0
        || index >= count) {
      throw new IllegalArgumentException("child %d of %d of %s".formatted(index, count, batch));
    }
  }

  /** A name for a new fork. */
  public static String freshBatch() {
    byte[] bytes = new byte[BATCH_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Reads it from the annotations in {@code file}, which anybody may have written. */
  static Optional<ForkRecord> of(Path file, Map<String, String> annotations) {
    String batch = annotations.get(BATCH);
    String index = annotations.get(INDEX);
    String count = annotations.get(COUNT);
    if (batch == null && index == null && count == null) {
      return Optional.empty();
    }
    try {
      if (batch != null && index != null && count != null) {
        return Optional.of(new ForkRecord(batch, number(index), number(count)));
      }
    } catch (IllegalArgumentException e) {
      // Refused below, as an incomplete record is.
    }
    throw Spore.damaged(file, "has a record of a fork that cannot be understood");
  }

  private static int number(String text) {
    boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
    boolean leadingZero = text.length() > 1 && text.startsWith("0");
    if (!digits || leadingZero || text.isEmpty() || text.length() > NUMBER_DIGITS_MAX) {
      throw new IllegalArgumentException(text);
    }
    return Integer.parseInt(text);
  }
}
