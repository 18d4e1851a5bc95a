package dev.spore.cli;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the head of every stream and prints one {@code spore.fanout.result.v1} object. */
final class FanoutJson implements FanoutOutput {
  /** Kept of all streams together: what fits the program's small heap several times over. */
  static final int KEPT_BYTES_MAX = 4 << 20;

  private final OutputStream out;
  private final int keptOfEach;
  private final Map<Integer, Child> children = new TreeMap<>();

  FanoutJson(OutputStream out, int count) {
    this.out = out;
    this.keptOfEach = Math.min(JsonOutput.MAX_KEPT_BYTES, KEPT_BYTES_MAX / (2 * count));
  }

  @Override
  public synchronized RunOutput child(int number) {
    Child child = new Child();
    children.put(number, child);
    return child;
  }

  @Override
  public synchronized void ended(Result result) throws IOException {
    if (result.reason() != null) {
      return; // as for a single run, the error object on standard error is all there is
    }
    Json json =
        new Json()
            .beginObject()
            .field("schema", "spore.fanout.result.v1")
            .field("schema_version", 1)
            .field("exit_code", result.exitStatus())
            .field("count", result.children())
            .field("succeeded", result.succeeded())
            .beginArray("children");
    children.forEach((number, child) -> {
      json.beginObject().field("child", number);
      child.fields(json);
      json.endObject();
    });
    out.write((json.endArray().endObject() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private final class Child implements RunOutput {
    private final KeptOutput stdout = new KeptOutput(keptOfEach);
    private final KeptOutput stderr = new KeptOutput(keptOfEach);
    private volatile @Nullable Consumer<Json> ending;

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
    public void saved(RunRequest.Save save, SaveReport report) {
      throw new IllegalStateException("a fan-out saves nothing");
    }

    @Override
    public void saveFailed(RunRequest.Save save, SporeException failure) {
      throw new IllegalStateException("a fan-out saves nothing");
    }

    @Override
    public void completed(RunResult result) {
      ending = json -> result.timeline().json(result.ending(json));
    }

    @Override
    public void failed(SporeException failure, Timeline timeline) {
      ending = json -> Failures.outcome(json, failure, timeline);
    }

    void fields(Json json) {
      Consumer<Json> known = ending;
      if (known != null) {
        known.accept(json);
      }
      stdout.fields(json, "stdout");
      stderr.fields(json, "stderr");
    }
  }
}
