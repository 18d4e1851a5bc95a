package dev.spore.vmm.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Encodes frames and sends each by one write. Safe from any thread. */
final class FrameWriter {
  private static final int SPEC_FIXED_BYTES = 16;
  private static final int HELLO_FIXED_BYTES = 16;
  private static final int RESUME_FIXED_BYTES = 48;
  private static final int PARAMETER_FIXED_BYTES = 4;

  private final OutputStream out;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Ids and specifications go in order, a specification at a time; other frames may come between.
   */
  private final ReentrantLock specLock = new ReentrantLock();

  FrameWriter(OutputStream out) {
    this.out = out;
  }

  /** What must happen between having the turn to send a specification and sending it. */
  interface IdSource {
    int nextId();
  }

  void hello(byte[] entropy) throws IOException {
    ByteBuffer frame = frame(Wire.HELLO, 0, 0, 0, HELLO_FIXED_BYTES + entropy.length);
    frame.putInt(Wire.MAGIC).putShort((short) Wire.VERSION).putShort((short) 0);
    frame.putLong(0).put(entropy);
    send(frame);
  }

  /**
   * @param bootWallNanos the wall clock when the guest's CLOCK_BOOTTIME was 0; 0 only asks
   */
  void clock(long bootWallNanos) throws IOException {
    send(frame(Wire.CLOCK, 0, 0, 0, Long.BYTES).putLong(bootWallNanos));
  }

  /**
   * @param bootWallNanos the wall clock when the guest's CLOCK_BOOTTIME was 0
   * @param entropy at least {@link AgentLimits#ENTROPY_BYTES}, never used before
   */
  void resume(ResumeSpec spec, long bootWallNanos, byte[] entropy) throws IOException {
    byte[] hostname = spec.hostname().getBytes(StandardCharsets.US_ASCII);
    byte[] vmId = spec.vmId().getBytes(StandardCharsets.US_ASCII);
    byte[] parameters = encode(spec.parameters());
    int texts = hostname.length + vmId.length + parameters.length;
    ByteBuffer frame =
        frame(Wire.RESUME, 0, 0, 0, RESUME_FIXED_BYTES + entropy.length + texts)
            .putLong(bootWallNanos)
            .putLong(spec.generation())
            .putLong(spec.seed())
            .put(HexFormat.of().parseHex(spec.machineId()));
    frame.putShort((short) entropy.length).putShort((short) hostname.length);
    frame.putShort((short) vmId.length).putShort((short) spec.parameters().size());
    send(frame.put(entropy).put(hostname).put(vmId).put(parameters));
  }

  private static byte[] encode(Map<String, String> parameters) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    parameters.forEach((name, value) -> {
      byte[] n = name.getBytes(StandardCharsets.US_ASCII);
      byte[] v = value.getBytes(StandardCharsets.UTF_8);
      ByteBuffer lengths = ByteBuffer.allocate(PARAMETER_FIXED_BYTES);
      lengths.order(ByteOrder.LITTLE_ENDIAN).putShort((short) n.length).putShort((short) v.length);
      bytes.writeBytes(lengths.array());
      bytes.writeBytes(n);
      bytes.writeBytes(v);
    });
    return bytes.toByteArray();
  }

  /**
   * @param session a name under which the process outlives the connection, or empty
   */
  void exec(ExecSpec spec, String session, IdSource ids) throws IOException {
    byte[] bytes = encode(spec, session);
    specLock.lock();
    try {
      int id = ids.nextId();
      for (int at = 0; at < bytes.length; at += AgentLimits.PAYLOAD_BYTES_MAX) {
        int length = Math.min(AgentLimits.PAYLOAD_BYTES_MAX, bytes.length - at);
        int flags = at + length == bytes.length ? Wire.FLAG_LAST : 0;
        send(frame(Wire.EXEC, 0, flags, id, length).put(bytes, at, length));
      }
    } finally {
      specLock.unlock();
    }
  }

  /** At most {@link AgentLimits#PAYLOAD_BYTES_MAX} bytes. */
  void stdin(int id, byte[] bytes, int offset, int length) throws IOException {
    send(frame(Wire.STDIN, 0, 0, id, length).put(bytes, offset, length));
  }

  void stdinEnd(int id) throws IOException {
    send(frame(Wire.STDIN, 0, Wire.FLAG_LAST, id, 0));
  }

  void credit(int id, int stream, int bytes) throws IOException {
    send(frame(Wire.CREDIT, stream, 0, id, 4).putInt(bytes));
  }

  void closeOutput(int id, int stream) throws IOException {
    send(frame(Wire.CLOSE, stream, 0, id, 0));
  }

  void signal(int id, int signal) throws IOException {
    send(frame(Wire.SIGNAL, 0, 0, id, 4).putInt(signal));
  }

  void resize(int id, int rows, int cols) throws IOException {
    send(frame(Wire.RESIZE, 0, 0, id, 4).putShort((short) rows).putShort((short) cols));
  }

  void powerOff(int graceMillis) throws IOException {
    send(frame(Wire.POWER_OFF, 0, 0, 0, 4).putInt(graceMillis));
  }

  void freeze(int waitMillis) throws IOException {
    send(frame(Wire.FREEZE, 0, 0, 0, 4).putInt(waitMillis));
  }

  void thaw() throws IOException {
    send(frame(Wire.THAW, 0, 0, 0, 0));
  }

  void attach(String session, IdSource ids) throws IOException {
    byte[] name = session.getBytes(StandardCharsets.US_ASCII);
    specLock.lock();
    try {
      send(frame(Wire.ATTACH, 0, 0, ids.nextId(), name.length).put(name));
    } finally {
      specLock.unlock();
    }
  }

  private static byte[] encode(ExecSpec spec, String session) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    int flags = (spec.tty() ? Wire.SPEC_TTY : 0) | (spec.wantsStdin() ? Wire.SPEC_STDIN : 0);
    flags |= session.isEmpty() ? 0 : Wire.SPEC_SESSION;
    ByteBuffer fixed = ByteBuffer.allocate(SPEC_FIXED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fixed.putInt(flags).putShort((short) spec.rows()).putShort((short) spec.cols());
    fixed.putInt(spec.argv().size()).putInt(spec.env().size());
    bytes.writeBytes(fixed.array());
    string(bytes, spec.cwd());
    string(bytes, spec.user());
    if (!session.isEmpty()) {
      string(bytes, session);
    }
    spec.argv().forEach(s -> string(bytes, s));
    spec.env().forEach(s -> string(bytes, s));
    return bytes.toByteArray();
  }

  private static void string(ByteArrayOutputStream bytes, String value) {
    bytes.writeBytes(value.getBytes(StandardCharsets.UTF_8));
    bytes.write(0);
  }

  private static ByteBuffer frame(int type, int stream, int flags, int id, int length) {
    ByteBuffer frame =
        ByteBuffer.allocate(Wire.HEADER_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    return frame
        .putInt(length)
        .put((byte) type)
        .put((byte) stream)
        .putShort((short) flags)
        .putInt(id);
  }

  @SuppressWarnings("ByteBufferBackingArray") // always made by allocate(), in frame()
  private void send(ByteBuffer frame) throws IOException {
    lock.lock();
    try {
      out.write(frame.array());
      out.flush();
    } finally {
      lock.unlock();
    }
  }
}
