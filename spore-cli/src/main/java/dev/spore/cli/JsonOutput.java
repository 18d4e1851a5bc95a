package dev.spore.cli;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the head of each stream and prints one {@code spore.run.result.v1} object at the end. */
final class JsonOutput implements RunOutput {
  /** Kept of each stream: what fits the program's small heap three times over; the rest counts. */
  static final int MAX_KEPT_BYTES = 1 << 20;

  private final OutputStream out;
  private final KeptOutput stdout = new KeptOutput(MAX_KEPT_BYTES);
  private final KeptOutput stderr = new KeptOutput(MAX_KEPT_BYTES);

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
}
