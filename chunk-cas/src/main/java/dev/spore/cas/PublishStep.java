package dev.spore.cas;

/** What a batch or a sweep has just done to the directory: where tests end the process. */
enum PublishStep {
  LOCKED,
  STAGING_MADE,
  STAGED,
  SYNCED,
  DIRECTORY_MADE,
  RENAMED,
  DIRECTORY_SYNCED,
  STAGING_REMOVED,
  LEASE_WRITTEN,
  LEASE_HELD,
  LEASE_REMOVED,
  CHUNK_REMOVED;

  /** Told of each step, by the thread that did it. */
  @FunctionalInterface
  interface Listener {
    void reached(PublishStep step);
  }
}
