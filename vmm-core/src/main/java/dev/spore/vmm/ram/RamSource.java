package dev.spore.vmm.ram;

/** Where the RAM of a restored machine came from. */
public enum RamSource {
  /** A proven flat file, mapped. */
  BACKING("backing"),
  /** Chunks, all read before the start. */
  EAGER("eager"),
  /** Chunks, read as they are touched. */
  LAZY("lazy");

  private final String id;

  RamSource(String id) {
    this.id = id;
  }

  /** Stable name for JSON and messages. */
  public String id() {
    return id;
  }
}
