package dev.spore.vmm.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A process's stdout or stderr as a stream. Reading gives the guest credit for more. */
final class OutputReader extends InputStream {
  private final int id;
  private final int stream;
  private final OutputBuffer buffer;
  private final AgentClient client;

  OutputReader(int id, int stream, OutputBuffer buffer, AgentClient client) {
    this.id = id;
    this.stream = stream;
    this.buffer = buffer;
    this.client = client;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    int taken = buffer.take(bytes, offset, length);
    int credit = buffer.takeOwedCredit();
    if (credit > 0) {
      // When the connection is gone, the next read says so after what is already here.
      client.sendIfConnected(writer -> writer.credit(id, stream, credit));
    }
    return taken;
  }

  @Override
  public int available() {
    return buffer.available();
  }

  /** The process gets SIGPIPE when it writes on. */
  @Override
  public void close() {
    if (buffer.close()) {
      client.sendIfConnected(writer -> writer.closeOutput(id, stream));
    }
  }
}
