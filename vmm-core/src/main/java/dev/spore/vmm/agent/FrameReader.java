package dev.spore.vmm.agent;

import dev.spore.vmm.agent.ExecResult.Exited;
import dev.spore.vmm.agent.ExecResult.NotStarted;
import dev.spore.vmm.agent.ExecResult.Outcome;
import dev.spore.vmm.agent.ExecResult.Signaled;
import dev.spore.vmm.agent.ExecResult.StartFailure;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what the agent sends. Trusts nothing: a payload is read only after its header obeyed the
 * rules of its type, so no more than one payload is ever held. Used by one thread.
 */
public final class FrameReader {
  private static final int HELLO_FIXED_BYTES = 56;
  private static final int HELLO_BYTES_MAX =
      HELLO_FIXED_BYTES + 4 * (2 + AgentLimits.TEXT_BYTES_MAX);
  private static final int START_FAILED_FIXED_BYTES = 24;

  /** Of RESUMED and FROZEN, which end with a text, and of THAWED. */
  private static final int ANSWER_FIXED_BYTES = 16;

  private static final int SIGNAL_MAX = 64;

  private final InputStream in;

  public FrameReader(InputStream in) {
    this.in = in;
  }

  private record Header(int length, int type, int stream, int flags, int id) {}

  /**
   * Reads one frame.
   *
   * @return null at an end between frames
   * @throws AgentProtocolException when the bytes break the protocol
   * @throws EOFException when they end inside a frame
   */
  public @Nullable AgentFrame next() throws IOException {
    byte[] bytes = in.readNBytes(Wire.HEADER_BYTES);
    if (bytes.length == 0) {
      return null;
    }
    if (bytes.length < Wire.HEADER_BYTES) {
      throw new EOFException("the connection ended inside a frame header");
    }
    ByteBuffer buffer = littleEndian(bytes);
    Header header =
        new Header(
            buffer.getInt(),
            Byte.toUnsignedInt(buffer.get()),
            Byte.toUnsignedInt(buffer.get()),
            Short.toUnsignedInt(buffer.getShort()),
            buffer.getInt());
    checkLength(header);
    checkAddress(header);
    byte[] payload = in.readNBytes(header.length);
    if (payload.length < header.length) {
      throw new EOFException("the connection ended inside a frame");
    }
    return decode(header, payload);
  }

  private static void checkLength(Header header) throws AgentProtocolException {
    int max = lengthMax(header.type);
    require(max >= 0, "unknown frame type 0x%02x", header.type);
    int min = lengthMin(header.type);
    require(
        header.length >= min && header.length <= max,
        "a frame of type 0x%02x with %s bytes of payload",
        header.type,
        Integer.toUnsignedString(header.length));
  }

  /** Longest payload of a type, or -1 for types the agent does not send. */
  private static int lengthMax(int type) {
    return switch (type) {
      case Wire.AGENT_HELLO -> HELLO_BYTES_MAX;
      case Wire.START_FAILED -> START_FAILED_FIXED_BYTES + AgentLimits.TEXT_BYTES_MAX;
      case Wire.OUTPUT -> AgentLimits.PAYLOAD_BYTES_MAX;
      case Wire.ERROR -> 2 + AgentLimits.TEXT_BYTES_MAX;
      case Wire.RESUMED, Wire.FROZEN -> ANSWER_FIXED_BYTES + AgentLimits.TEXT_BYTES_MAX;
      default -> lengthMin(type);
    };
  }

  private static int lengthMin(int type) {
    return switch (type) {
      case Wire.AGENT_HELLO -> HELLO_FIXED_BYTES + 4 * 2;
      case Wire.STARTED -> 20;
      case Wire.START_FAILED -> START_FAILED_FIXED_BYTES;
      case Wire.OUTPUT, Wire.STDIN_CLOSED -> 0;
      case Wire.STDIN_CREDIT, Wire.POWERING_OFF -> 4;
      case Wire.EXIT -> 40;
      case Wire.ATTACHED -> 48;
      case Wire.ERROR -> 2;
      case Wire.RESUMED, Wire.FROZEN, Wire.THAWED, Wire.CLOCK_READ -> ANSWER_FIXED_BYTES;
      default -> -1;
    };
  }

  private static void checkAddress(Header header) throws AgentProtocolException {
    boolean output = header.type == Wire.OUTPUT;
    boolean ofConnection =
        header.type == Wire.AGENT_HELLO
            || header.type == Wire.POWERING_OFF
            || header.type == Wire.RESUMED
            || header.type == Wire.FROZEN
            || header.type == Wire.THAWED
            || header.type == Wire.CLOCK_READ
            || header.type == Wire.ERROR;
    require(
        output ? header.stream == Wire.STDOUT || header.stream == Wire.STDERR : header.stream == 0,
        "unknown stream %d in a frame of type 0x%02x",
        header.stream,
        header.type);
    require(
        (header.flags & ~(output ? Wire.FLAG_LAST : 0)) == 0,
        "unknown flags 0x%04x in a frame of type 0x%02x",
        header.flags,
        header.type);
    require(
        (header.id == 0) == ofConnection,
        "exec id %s does not fit a frame of type 0x%02x",
        Integer.toUnsignedString(header.id),
        header.type);
    require(
        !output || header.length > 0 || header.flags != 0, "an output frame without bytes or end");
  }

  private static AgentFrame decode(Header header, byte[] bytes) throws AgentProtocolException {
    ByteBuffer payload = littleEndian(bytes);
    int id = header.id;
    return switch (header.type) {
      case Wire.AGENT_HELLO -> hello(payload);
      case Wire.STARTED ->
          new AgentFrame.Started(id, payload.getInt(), time(payload), time(payload));
      case Wire.START_FAILED -> startFailed(id, payload);
      case Wire.ATTACHED -> attached(id, payload);
      case Wire.OUTPUT ->
          new AgentFrame.Output(
              id, header.stream == Wire.STDERR, bytes, (header.flags & Wire.FLAG_LAST) != 0);
      case Wire.STDIN_CREDIT -> new AgentFrame.StdinCredit(id, credit(payload.getInt()));
      case Wire.STDIN_CLOSED -> new AgentFrame.StdinClosed(id);
      case Wire.EXIT -> exit(id, payload);
      case Wire.POWERING_OFF -> new AgentFrame.PoweringOff(payload.getInt());
      case Wire.ERROR -> refused(payload);
      case Wire.RESUMED ->
          new AgentFrame.Resumed(time(payload), time(payload), clean(payload, payload.remaining()));
      case Wire.FROZEN ->
          new AgentFrame.Frozen(time(payload), time(payload), clean(payload, payload.remaining()));
      case Wire.THAWED -> new AgentFrame.Thawed(time(payload), time(payload));
      case Wire.CLOCK_READ -> new AgentFrame.ClockRead(time(payload), time(payload));
      default -> throw new AgentProtocolException("unknown frame type " + header.type);
    };
  }

  private static AgentFrame hello(ByteBuffer payload) throws AgentProtocolException {
    require(payload.getInt() == Wire.MAGIC, "the agent's HELLO has a wrong magic number");
    int version = Short.toUnsignedInt(payload.getShort());
    int root = Short.toUnsignedInt(payload.getShort());
    AgentInfo.Root[] roots = AgentInfo.Root.values();
    require(version == Wire.VERSION, "the agent speaks protocol version %d", version);
    require(root < roots.length, "unknown root state %d", root);
    int execsMax = payload.getInt();
    require(execsMax >= 1, "the agent serves %d execs", execsMax);
    require(payload.getInt() == 0, "the agent's HELLO has unknown fields");
    AgentInfo.Phases phases =
        new AgentInfo.Phases(
            time(payload), time(payload), time(payload), time(payload), time(payload));
    String kernelRelease = text(payload);
    String rootType = text(payload);
    String rootError = text(payload);
    String problems = text(payload);
    require(!payload.hasRemaining(), "the agent's HELLO has bytes left over");
    return new AgentFrame.Hello(
        new AgentInfo(
            version, execsMax, kernelRelease, roots[root], rootType, rootError, problems, phases));
  }

  private static AgentFrame attached(int id, ByteBuffer payload) throws AgentProtocolException {
    int pid = payload.getInt();
    int flags = payload.getInt();
    require(
        (flags & ~(Wire.ATTACHED_TTY | Wire.ATTACHED_STDIN)) == 0,
        "a session with unknown flags 0x%x",
        flags);
    AgentFrame.Started started = new AgentFrame.Started(id, pid, time(payload), time(payload));
    long stdoutOffset = time(payload);
    long stderrOffset = time(payload);
    int credit = payload.getInt();
    require(
        credit >= 0 && credit <= AgentLimits.STDIN_WINDOW_BYTES,
        "stdin credit of %s bytes",
        Integer.toUnsignedString(credit));
    require(payload.getInt() == 0, "a session with unknown fields");
    return new AgentFrame.Attached(
        started,
        (flags & Wire.ATTACHED_TTY) != 0,
        (flags & Wire.ATTACHED_STDIN) != 0,
        credit,
        stdoutOffset,
        stderrOffset);
  }

  private static AgentFrame startFailed(int id, ByteBuffer payload) throws AgentProtocolException {
    int kind = payload.getInt();
    int errno = payload.getInt();
    StartFailure[] kinds = StartFailure.values();
    require(kind >= 1 && kind <= kinds.length, "unknown start failure %d", kind);
    long receivedNanos = time(payload);
    long failedNanos = time(payload);
    String message = clean(payload, payload.remaining());
    return new AgentFrame.StartFailed(
        id, new NotStarted(kinds[kind - 1], errno, message), receivedNanos, failedNanos);
  }

  private static AgentFrame exit(int id, ByteBuffer payload) throws AgentProtocolException {
    int how = payload.getInt();
    int code = payload.getInt();
    require(how == 0 || how == 1, "unknown kind of exit %d", how);
    boolean valid = how == 0 ? code >= 0 && code <= 255 : code >= 1 && code <= SIGNAL_MAX;
    require(valid, "exit code or signal %d out of range", code);
    Outcome outcome = how == 0 ? new Exited(code) : new Signaled(code);
    return new AgentFrame.Exit(
        id, outcome, time(payload), time(payload), time(payload), time(payload));
  }

  private static AgentFrame refused(ByteBuffer payload) {
    int code = Short.toUnsignedInt(payload.getShort());
    return new AgentFrame.Refused(code, clean(payload, payload.remaining()));
  }

  private static int credit(int bytes) throws AgentProtocolException {
    require(
        bytes >= 1 && bytes <= AgentLimits.STDIN_WINDOW_BYTES,
        "stdin credit of %s bytes",
        Integer.toUnsignedString(bytes));
    return bytes;
  }

  /** A count or a time; those with the top bit set are nonsense everywhere. */
  private static long time(ByteBuffer payload) throws AgentProtocolException {
    long value = payload.getLong();
    require(value >= 0, "a time or size of %s", Long.toUnsignedString(value));
    return value;
  }

  private static String text(ByteBuffer payload) throws AgentProtocolException {
    require(payload.remaining() >= 2, "the agent's HELLO ends inside a text");
    int length = Short.toUnsignedInt(payload.getShort());
    require(
        length <= AgentLimits.TEXT_BYTES_MAX && length <= payload.remaining(),
        "a text of %d bytes",
        length);
    return clean(payload, length);
  }

  /** Guest text may end on a terminal: no control characters but the line feed. */
  private static String clean(ByteBuffer payload, int length) {
    byte[] bytes = new byte[length];
    payload.get(bytes);
    String raw = new String(bytes, StandardCharsets.UTF_8);
    StringBuilder safe = new StringBuilder(raw.length());
    raw.codePoints()
        .map(c -> Character.isISOControl(c) && c != '\n' ? '?' : c)
        .forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not a dependency of this module
  private static void require(boolean condition, String message, Object... values)
      throws AgentProtocolException {
    if (!condition) {
      throw new AgentProtocolException(message.formatted(values));
    }
  }
}
