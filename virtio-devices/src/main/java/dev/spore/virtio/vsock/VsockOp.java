package dev.spore.virtio.vsock;

import org.jspecify.annotations.Nullable;

/** What a packet does (virtio 1.2 §5.10.6); the ordinal is no code. */
enum VsockOp {
  REQUEST(1),
  RESPONSE(2),
  RST(3),
  SHUTDOWN(4),
  RW(5),
  CREDIT_UPDATE(6),
  CREDIT_REQUEST(7);

  private static final VsockOp[] BY_CODE = new VsockOp[8];

  static {
    for (VsockOp op : values()) {
      BY_CODE[op.code] = op;
    }
  }

  private final int code;

  VsockOp(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The operation a guest named; null if there is none of that number. */
  static @Nullable VsockOp of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
