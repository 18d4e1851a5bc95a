package dev.spore.virtio.blk;

import org.jspecify.annotations.Nullable;

/** The request types this device serves (virtio 1.2 §5.2.6). */
enum BlkOperation {
  IN(0),
  OUT(1),
  FLUSH(4),
  GET_ID(8),
  DISCARD(11),
  WRITE_ZEROES(13);

  private final long code;

  BlkOperation(long code) {
    this.code = code;
  }

  long code() {
    return code;
  }

  /** The operation a guest named; null if it is none of ours. */
  static @Nullable BlkOperation of(long code) {
    for (BlkOperation operation : values()) {
      if (operation.code == code) {
        return operation;
      }
    }
    return null;
  }
}
