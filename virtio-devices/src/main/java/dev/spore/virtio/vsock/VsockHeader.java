package dev.spore.virtio.vsock;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * struct virtio_vsock_hdr (virtio 1.2 §5.10.6): the first 44 bytes of every packet.
 *
 * @param sourceCid who sends, 64 bits
 * @param targetCid who is meant, 64 bits
 * @param sourcePort unsigned 32 bits
 * @param targetPort unsigned 32 bits
 * @param lengthBytes bytes of payload after the header, 0 to 2^32-1
 * @param type {@link #TYPE_STREAM} or something this device does not serve
 * @param op code of a {@link VsockOp}, or anything else
 * @param flags for SHUTDOWN: {@link #SHUTDOWN_RECEIVE}, {@link #SHUTDOWN_SEND}
 * @param bufferBytes buf_alloc: the sender's receive buffer, 0 to 2^32-1
 * @param forwardedCount fwd_cnt: bytes the sender's application has taken, modulo 2^32
 */
record VsockHeader(
    long sourceCid,
    long targetCid,
    int sourcePort,
    int targetPort,
    long lengthBytes,
    int type,
    int op,
    int flags,
    long bufferBytes,
    int forwardedCount) {
  static final int BYTES = 44;
  static final int TYPE_STREAM = 1;
  static final int SHUTDOWN_RECEIVE = 1;
  static final int SHUTDOWN_SEND = 2;

  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Reads the first {@link #BYTES} of {@code bytes}; any content is a header. */
  static VsockHeader parse(byte[] bytes) {
    return new VsockHeader(
        (long) U64.get(bytes, 0),
        (long) U64.get(bytes, 8),
        (int) U32.get(bytes, 16),
        (int) U32.get(bytes, 20),
        Integer.toUnsignedLong((int) U32.get(bytes, 24)),
        Short.toUnsignedInt((short) U16.get(bytes, 28)),
        Short.toUnsignedInt((short) U16.get(bytes, 30)),
        (int) U32.get(bytes, 32),
        Integer.toUnsignedLong((int) U32.get(bytes, 36)),
        (int) U32.get(bytes, 40));
  }

  /** Writes the first {@link #BYTES} of {@code bytes}. */
  void encode(byte[] bytes) {
    U64.set(bytes, 0, sourceCid);
    U64.set(bytes, 8, targetCid);
    U32.set(bytes, 16, sourcePort);
    U32.set(bytes, 20, targetPort);
    U32.set(bytes, 24, (int) lengthBytes);
    U16.set(bytes, 28, (short) type);
    U16.set(bytes, 30, (short) op);
    U32.set(bytes, 32, flags);
    U32.set(bytes, 36, (int) bufferBytes);
    U32.set(bytes, 40, forwardedCount);
  }

  /** The answer that there is no such connection, or no longer. */
  VsockHeader reset() {
    return reply(VsockOp.RST, 0);
  }

  /** An answer to this packet, without payload and nothing taken yet. */
  VsockHeader reply(VsockOp answer, int receiveBytes) {
    return new VsockHeader(
        /* sourceCid= */ targetCid,
        /* targetCid= */ sourceCid,
        /* sourcePort= */ targetPort,
        /* targetPort= */ sourcePort,
        0,
        type,
        answer.code(),
        0,
        receiveBytes,
        0);
  }
}
