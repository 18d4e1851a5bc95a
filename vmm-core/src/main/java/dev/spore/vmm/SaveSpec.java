package dev.spore.vmm;

import dev.spore.vmm.snapshot.ForkRecord;
import java.nio.file.Path;
import java.util.Map;

/**
 * How a machine is saved.
 *
 * @param directory the spore to be: a name in an existing directory where nothing is yet
 * @param annotations the user's own notes, stored with it; no key begins with {@link
 *     ForkRecord#RESERVED_PREFIX}
 * @param goesOn whether the machine runs on afterwards: then it is stopped only while its latest
 *     writes are copied; else it stands still from the save on, until it is closed
 * @param again whether what it writes from then on is watched, so that the next save looks at that
 *     alone and not at all of its memory; the watching costs the guest its large pages
 */
public record SaveSpec(
    Path directory, Map<String, String> annotations, boolean goesOn, boolean again) {
  /** A save of a machine that, if it goes on, may well be saved again. */
  public SaveSpec(Path directory, Map<String, String> annotations, boolean goesOn) {
    this(directory, annotations, goesOn, goesOn);
  }

  /**
   * Checks the annotations' keys.
   *
   * @throws SporeException usage.invalid_argument for one that is reserved
   */
  public SaveSpec {
    annotations = Map.copyOf(annotations);
    for (String key : annotations.keySet()) {
      if (key.startsWith(ForkRecord.RESERVED_PREFIX)) {
        throw new SporeException(
            ErrorCode.USAGE_INVALID_ARGUMENT,
            "annotation '%s': keys that begin with %s are Spore's own; choose another"
                .formatted(key, ForkRecord.RESERVED_PREFIX));
      }
    }
  }
}
