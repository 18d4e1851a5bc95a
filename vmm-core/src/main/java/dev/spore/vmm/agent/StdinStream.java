package dev.spore.vmm.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/** A process's stdin as a stream. Writing blocks while the process does not read. */
final class StdinStream extends OutputStream {
  private final int id;
  private final StdinWindow window;
  private final AgentClient client;

  /**
   * Orders frames: the agent takes data after the end for a broken host. Not held while waiting.
   */
  private final ReentrantLock order = new ReentrantLock();

  StdinStream(int id, StdinWindow window, AgentClient client) {
    this.id = id;
    this.window = window;
    this.client = client;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int done = 0;
    while (done < length) {
      int at = offset + done;
      int taken = window.take(length - done);
      order.lock();
      try {
        if (window.isEnded()) {
          throw new IOException("stdin was closed while it was written");
        }
        client.send(writer -> writer.stdin(id, bytes, at, taken));
      } finally {
        order.unlock();
      }
      done += taken;
    }
  }

  @Override
  public void close() {
    order.lock();
    try {
      if (window.end()) {
        client.sendIfConnected(writer -> writer.stdinEnd(id));
      }
    } finally {
      order.unlock();
    }
  }
}
