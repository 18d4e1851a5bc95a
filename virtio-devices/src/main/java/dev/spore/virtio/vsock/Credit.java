package dev.spore.virtio.vsock;

/**
 * Flow control of one connection (virtio 1.2 §5.10.6.3): how much the guest may still be sent, and
 * when it must be told that it may send more.
 *
 * <p>All counters are modulo 2^32 and compared by difference. Not thread-safe.
 */
final class Credit {
  private final int receiveBytes;

  // To the guest.
  private long peerBufferBytes;
  private int peerForwarded;
  private int sent;

  // From the guest.
  private int forwarded;
  private int advertised;

  /**
   * @param receiveBytes the buffer the guest is promised, 1 to 2^31-1
   */
  Credit(int receiveBytes) {
    this.receiveBytes = receiveBytes;
  }

  /**
   * Takes buf_alloc and fwd_cnt of a packet from the guest.
   *
   * <p>A fwd_cnt that goes back, or ahead of what was sent, changes nothing: Linux may send two
   * packets out of order, and a lie can only cost the liar.
   *
   * @return whether fwd_cnt was possible
   */
  boolean peer(long bufferBytes, int forwardedCount) {
    peerBufferBytes = bufferBytes;
    long step = Integer.toUnsignedLong(forwardedCount - peerForwarded);
    if (step > inFlight()) {
      return false;
    }
    peerForwarded = forwardedCount;
    return true;
  }

  /** Bytes the guest has room for, 0 to 2^32-1. */
  long sendable() {
    return Math.max(0, peerBufferBytes - inFlight());
  }

  /** {@code bytes} are on their way to the guest; at most {@link #sendable()}. */
  void sent(int bytes) {
    sent += bytes;
  }

  /** The host took {@code bytes} out of the receive buffer. */
  void taken(int bytes) {
    forwarded += bytes;
  }

  /** Whether the guest may run dry unless it is told: half the buffer was taken unannounced. */
  boolean isUpdateDue() {
    return Integer.toUnsignedLong(forwarded - advertised) >= receiveBytes / 2;
  }

  /** The fwd_cnt of a packet that is being sent; the guest knows it from here on. */
  int advertise() {
    advertised = forwarded;
    return forwarded;
  }

  int receiveBytes() {
    return receiveBytes;
  }

  private long inFlight() {
    return Integer.toUnsignedLong(sent - peerForwarded);
  }
}
