package dev.spore.virtio.vsock;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The host's end of a connection with the guest.
 *
 * <p>For virtual and platform threads; one reader and one writer at a time, beside each other.
 * Reads and writes wait, and a thread interrupted while it waits gets {@link
 * java.io.InterruptedIOException} with its interrupt status kept; the stream is unharmed, and of a
 * write {@code bytesTransferred} bytes are on their way. {@link #close()} from another thread ends
 * both waits. A guest that resets the connection or its device, and the end of the machine, are an
 * {@link IOException} that says so.
 */
public final class VsockStream implements AutoCloseable {
  private final VsockConnection connection;
  private final InputStream input = new Input();
  private final OutputStream output = new Output();

  VsockStream(VsockConnection connection) {
    this.connection = connection;
  }

  /** Port of the host's end, unsigned. */
  public int hostPort() {
    return connection.address().hostPort();
  }

  /** Port of the guest's end, unsigned. */
  public int guestPort() {
    return connection.address().guestPort();
  }

  /**
   * What the guest sends. Closing it drops what was not read and tells the guest that nobody will
   * read more; the other direction stays open.
   */
  public InputStream input() {
    return input;
  }

  /**
   * What the guest will receive: a write returns once the bytes are in a bounded buffer on their
   * way, flush does nothing. Closing it is {@link #closeWrite()}.
   */
  public OutputStream output() {
    return output;
  }

  /** Tells the guest, after everything written, that nothing more will come. Idempotent. */
  public void closeWrite() {
    connection.close(StreamState.SEND);
  }

  /**
   * Ends the stream: what was written is still delivered, what was not read is dropped. Does not
   * wait; idempotent.
   */
  @Override
  public void close() {
    connection.close(StreamState.BOTH);
  }

  @Override
  public String toString() {
    return connection.address().toString();
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      return length == 0 ? 0 : connection.read(target, offset, length);
    }

    @Override
    public int available() {
      return connection.availableBytes();
    }

    @Override
    public void close() {
      connection.close(StreamState.RECEIVE);
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, source.length);
      connection.requireWritable();
      connection.write(source, offset, length);
    }

    @Override
    public void close() {
      closeWrite();
    }
  }
}
