package dev.spore.vmm;

import java.nio.charset.StandardCharsets;

/** The last bytes of the guest's console, for the message of a failed boot. Thread-safe. */
final class ConsoleTail {
  private final byte[] ring = new byte[VmmLimits.CONSOLE_TAIL_BYTES];
  private long written;

  synchronized void append(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      ring[(int) (written++ % ring.length)] = bytes[i];
    }
  }

  /** The kept bytes as text, control characters but line ends and tabs replaced. */
  synchronized String text() {
    int kept = (int) Math.min(written, ring.length);
    byte[] bytes = new byte[kept];
    for (int i = 0; i < kept; i++) {
      bytes[i] = ring[(int) ((written - kept + i) % ring.length)];
    }
    return new String(bytes, StandardCharsets.UTF_8)
        .replace("\r\n", "\n")
        .replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?");
  }
}
