package dev.spore.vmm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** The host kernel's random bytes, without the start-up cost of the JDK's security providers. */
final class HostRandom implements RandomGenerator {
  private static final Path DEVICE = Path.of("/dev/urandom");

  @Override
  public void nextBytes(byte[] bytes) {
    try (InputStream in = Files.newInputStream(DEVICE)) {
      if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
        throw new IOException("it ended early");
      }
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.HOST_UNAVAILABLE, DEVICE + " gives no random bytes: " + e.getMessage(), e);
    }
  }

  @Override
  public long nextLong() {
    byte[] bytes = new byte[Long.BYTES];
    nextBytes(bytes);
    return ByteBuffer.wrap(bytes).getLong();
  }
}
