package dev.spore.plugin.json;

import dev.spore.plugin.DecodeException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Gives its reader no more bytes than it was allowed, and only bytes that can be UTF-8. */
final class MeteredStream extends FilterInputStream {
  /** For a document that is bounded before it is read. */
  static final MeteredStream NONE = new MeteredStream(InputStream.nullInputStream());

  /** Carries what is wrong through a reader that lets only this kind of exception pass. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String what) {
      super(what);
    }
  }

  /** Bytes at the start that tell one encoding of Unicode from another. */
  private static final int SIGNATURE_BYTES = 4;

  private long taken;
  private long allowed = Long.MAX_VALUE;
  private String what = "";

  MeteredStream(InputStream in) {
    super(in);
  }

  /** What an exception that came out of the reader stands for. */
  static RuntimeException translate(RuntimeException e) {
    return switch (e.getCause()) {
      case Refused refused -> new DecodeException(String.valueOf(refused.getMessage()));
      case IOException failure -> new UncheckedIOException(failure);
      case null, default -> e;
    };
  }

  void allow(long bytes, String thing) {
    allowed = taken + bytes;
    what = thing + " has more than " + bytes + " bytes";
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = super.read(bytes, offset, length);
    for (int i = 0; i < Math.min(read, SIGNATURE_BYTES - taken); i++) {
      if (bytes[offset + i] == 0 || (taken + i == 0 && bytes[offset + i] < 0)) {
        throw new Refused("not JSON in UTF-8");
      }
    }
    taken += Math.max(read, 0);
    if (taken > allowed) {
      throw new Refused(what);
    }
    return read;
  }
}
