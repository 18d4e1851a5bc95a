package dev.spore.cli;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The head of one stream, for a result object; the rest is counted. Thread-safe. */
final class KeptOutput {
  private final int bytesMax;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private long total;

  /**
   * @param bytesMax how much is kept
   */
  KeptOutput(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  synchronized void add(byte[] bytes, int length) {
    head.write(bytes, 0, Math.min(length, bytesMax - head.size()));
    total += length;
  }

  /** Text where the bytes are UTF-8, else base64: nothing is changed on the way. */
  synchronized void fields(Json json, String name) {
    byte[] bytes = head.toByteArray();
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      json.field(name, text).field(name + "_encoding", "utf-8");
    } catch (CharacterCodingException e) {
      json.field(name, Base64.getEncoder().encodeToString(bytes))
          .field(name + "_encoding", "base64");
    }
    json.field(name + "_bytes", total).field(name + "_truncated", total > bytes.length);
  }
}
