package dev.spore.virtio.blk;

/** The status byte that ends every request (virtio 1.2 §5.2.6). */
enum BlkStatus {
  OK(0),
  IOERR(1),
  UNSUPP(2);

  private final int code;

  BlkStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
