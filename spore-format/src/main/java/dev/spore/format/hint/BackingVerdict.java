package dev.spore.format.hint;

/** Whether {@code ram.backing} may be mapped as the guest's RAM, and if not, why. */
public enum BackingVerdict {
  /** It may. */
  PROOF_VALID("proof-valid"),
  /** Another source was asked for. */
  NOT_ATTEMPTED("not-attempted"),
  /** The spore has no such file. */
  NO_BACKING("no-backing"),
  /** The file cannot be opened. */
  BACKING_UNAVAILABLE("backing-unavailable"),
  /** It is a directory, a device or the like. */
  BACKING_NOT_REGULAR("backing-not-regular"),
  /** It is shorter or longer than the guest's RAM. */
  BACKING_SIZE_MISMATCH("backing-size-mismatch"),
  /** There is no proof, or it cannot be read. */
  PROOF_UNAVAILABLE("proof-unavailable"),
  /** The proof is not one of this format. */
  PROOF_INVALID("proof-invalid"),
  /** This host has no key, or it cannot be read. */
  KEY_UNAVAILABLE("key-unavailable"),
  /** The proof was not made with this host's key, or was changed. */
  PROOF_MAC_MISMATCH("proof-mac-mismatch"),
  /** The proof is for other RAM. */
  PROOF_OTHER_MEMORY("proof-other-memory"),
  /** The file is another one, or has been touched since. */
  PROOF_OTHER_FILE("proof-other-file");

  private final String id;

  BackingVerdict(String id) {
    this.id = id;
  }

  /** Stable name for JSON and messages. */
  public String id() {
    return id;
  }
}
