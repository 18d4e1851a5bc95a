package dev.spore.cli;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Keeps the head of each stream and prints one {@code spore.run.result.v1} object at the end. */
final class JsonOutput implements RunOutput {
  /** Kept of each stream: what fits the program's small heap three times over; the rest counts. */
  static final int MAX_KEPT_BYTES = 1 << 20;

  private final OutputStream out;
  private final Kept stdout = new Kept();
  private final Kept stderr = new Kept();

  JsonOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(Stream stream, byte[] bytes, int length) {
    switch (stream) {
      case STDOUT -> stdout.add(bytes, length);
      case STDERR -> stderr.add(bytes, length);
    }
  }

  @Override
  public void ready() {}

  @Override
  public void saved(RunRequest.Save save, SaveReport report) {}

  @Override
  public void saveFailed(RunRequest.Save save, SporeException failure) {}

  @Override
  public void completed(RunResult result) throws IOException {
    boolean run = result.request().session() == null;
    Json json =
        new Json()
            .beginObject()
            .field("schema", run ? "spore.run.result.v1" : "spore.attach.result.v1")
            .field("schema_version", 1);
    result.fields(json);
    stdout.fields(json, "stdout");
    stderr.fields(json, "stderr");
    out.write((json.endObject() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void failed(SporeException failure, Timeline timeline) {}

  private static final class Kept {
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private long total;

    synchronized void add(byte[] bytes, int length) {
      head.write(bytes, 0, Math.min(length, MAX_KEPT_BYTES - head.size()));
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
}
