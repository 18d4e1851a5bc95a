package dev.spore.vmm;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * Turns a listing into machine code: each line is bytes in hexadecimal, then two spaces and what
 * they mean; {@code name:} is a label, {@code >name} the 32-bit distance to one and {@code >>name}
 * its 32-bit address.
 */
final class GuestCode {
  private static final int DISTANCE_BYTES = 4;

  private final ByteArrayOutputStream code = new ByteArrayOutputStream();
  private final Map<String, Integer> labels = new HashMap<>();
  private final Map<Integer, String> references = new HashMap<>();
  private final Map<Integer, String> absolute = new HashMap<>();

  private GuestCode() {}

  static byte[] assemble(String listing) {
    GuestCode guest = new GuestCode();
    listing.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(guest::line);
    return guest.resolve();
  }

  private void line(String line) {
    if (line.endsWith(":")) {
      labels.put(line.substring(0, line.length() - 1), code.size());
      return;
    }
    int comment = line.indexOf("  ");
    StringTokenizer tokens =
        new StringTokenizer(comment < 0 ? line : line.substring(0, comment), " ");
    while (tokens.hasMoreTokens()) {
      String token = tokens.nextToken();
      if (token.startsWith(">>")) {
        absolute.put(code.size(), token.substring(2));
        code.writeBytes(new byte[DISTANCE_BYTES]);
      } else if (token.startsWith(">")) {
        references.put(code.size(), token.substring(1));
        code.writeBytes(new byte[DISTANCE_BYTES]);
      } else {
        code.writeBytes(HexFormat.of().parseHex(token));
      }
    }
  }

  private byte[] resolve() {
    byte[] bytes = code.toByteArray();
    references.forEach((at, label) -> putU32(bytes, at, target(label) - (at + DISTANCE_BYTES)));
    absolute.forEach((at, label) -> putU32(bytes, at, GuestKernel.CODE + target(label)));
    return bytes;
  }

  private int target(String label) {
    Integer target = labels.get(label);
    if (target == null) {
      throw new IllegalArgumentException("no label " + label);
    }
    return target;
  }

  private static void putU32(byte[] bytes, int at, int value) {
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }
}
