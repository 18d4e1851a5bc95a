package dev.spore.virtio.vsock;

/**
 * The two ends of a connection.
 *
 * @param guestCid context id of the guest
 * @param hostPort unsigned 32 bits
 * @param guestPort unsigned 32 bits
 */
record VsockAddress(long guestCid, int hostPort, int guestPort) {
  /** VMADDR_CID_HOST (virtio 1.2 §5.10.4): the host's end of every connection. */
  static final long HOST_CID = 2;

  /** What tells a connection from others of the same guest. */
  long key() {
    return (long) hostPort << 32 | Integer.toUnsignedLong(guestPort);
  }

  @Override
  public String toString() {
    return "vsock host:"
        + Integer.toUnsignedString(hostPort)
        + "-guest:"
        + Integer.toUnsignedString(guestPort);
  }
}
