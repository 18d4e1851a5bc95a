package dev.spore.vmm.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames as bytes, right or wrong. */
@SuppressWarnings("ByteBufferBackingArray") // always made by allocate(), in buffer()
final class Frames {
  private Frames() {}

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] header(int length, int type, int stream, int flags, int id) {
    ByteBuffer header = buffer(Wire.HEADER_BYTES).putInt(length).put((byte) type);
    return header.put((byte) stream).putShort((short) flags).putInt(id).array();
  }

  static byte[] frame(int type, int stream, int flags, int id, byte[] payload) {
    byte[] header = header(payload.length, type, stream, flags, id);
    return buffer(header.length + payload.length).put(header).put(payload).array();
  }

  static byte[] u32(int value) {
    return buffer(4).putInt(value).array();
  }

  static byte[] hello(int magic, int version, int flags) {
    ByteBuffer hello = buffer(16).putInt(magic).putShort((short) version);
    return hello.putShort((short) flags).putLong(0).array();
  }

  /** An exec specification whose counts need not fit its strings. */
  static byte[] spec(int flags, int argc, int envc, String... strings) {
    byte[] text = (String.join("\0", strings) + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer spec = buffer(16 + text.length).putInt(flags).putInt(0);
    return spec.putInt(argc).putInt(envc).put(text).array();
  }

  /** The agent's answer to the handshake. */
  static byte[] agentHello() {
    ByteBuffer hello = buffer(64).putInt(Wire.MAGIC).putShort((short) Wire.VERSION);
    return frame(Wire.AGENT_HELLO, 0, 0, 0, hello.putShort((short) 0).putInt(256).array());
  }

  static byte[] started(int id) {
    return frame(Wire.STARTED, 0, 0, id, new byte[20]);
  }

  static byte[] attached(int id, int flags, int credit) {
    return frame(Wire.ATTACHED, 0, 0, id, buffer(48).putInt(4, flags).putInt(40, credit).array());
  }

  static byte[] exited(int id, int how, int code) {
    return frame(Wire.EXIT, 0, 0, id, buffer(40).putInt(how).putInt(code).array());
  }

  static byte[][] repeat(byte[] frame, int times) {
    byte[][] all = new byte[times][];
    Arrays.fill(all, frame);
    return all;
  }

  /** Writes until the other side has had enough. */
  static void writeAll(SocketChannel channel, byte[] bytes) {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    try {
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    } catch (IOException e) {
      // It closed before it read everything, which is what these tests are about.
      rest.position(rest.limit());
    }
  }
}
