package dev.spore.cli;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One {@code spore.automation.event.v1} object a line. Of a single run, the last one is the
 * completion; of one child among many, its completion.
 */
final class EventsOutput implements RunOutput {
  private final OutputStream out;
  private final boolean tty;
  private final @Nullable Integer child;
  private long stdoutOffset;
  private long stderrOffset;

  EventsOutput(OutputStream out, RunRequest request) throws IOException {
    this(out, request.tty(), null);
    start(request.session() == null ? "run" : "attach");
  }

  /**
   * Says nothing yet.
   *
   * @param tty whether standard output is that of a terminal
   * @param child its number, null for what is none
   */
  EventsOutput(OutputStream out, boolean tty, @Nullable Integer child) {
    this.out = out;
    this.tty = tty;
    this.child = child;
  }

  /** The first event of a command. */
  void start(String command) throws IOException {
    emit(event("start").field("command", command).field("backend", "kvm"));
  }

  @Override
  public void ready() throws IOException {
    emit(event("ready").field("backend", "kvm"));
  }

  @Override
  public synchronized void write(Stream stream, byte[] bytes, int length) throws IOException {
    long offset =
        switch (stream) {
          case STDOUT -> stdoutOffset;
          case STDERR -> stderrOffset;
        };
    String name =
        switch (stream) {
          case STDOUT -> tty ? "terminal" : "stdout";
          case STDERR -> "stderr";
        };
    switch (stream) {
      case STDOUT -> stdoutOffset += length;
      case STDERR -> stderrOffset += length;
    }
    emit(
        event(name)
            .field("offset", offset)
            .field("byte_count", length)
            .field(
                "data_base64", Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, length))));
  }

  @Override
  public void saved(RunRequest.Save save, SaveReport report) throws IOException {
    emit(RunSave.fields(about("saved", save), report));
  }

  @Override
  public void saveFailed(RunRequest.Save save, SporeException failure) throws IOException {
    Json json = about("save_failed", save).beginObject("error");
    emit(Failures.body(json, failure).endObject());
  }

  private Json about(String name, RunRequest.Save save) {
    return event(name).field("directory", save.directory().toString()).field("on", save.when());
  }

  @Override
  public void completed(RunResult result) throws IOException {
    if (child == null) {
      completion(result::fields);
    } else {
      emit(result.timeline().json(result.ending(event("child_completion"))));
    }
  }

  @Override
  public void failed(SporeException failure, Timeline timeline) throws IOException {
    Json json = event(child == null ? "completion" : "child_completion");
    emit(Failures.outcome(json, failure, timeline));
  }

  /** The last event of a command. */
  void completion(UnaryOperator<Json> fields) throws IOException {
    emit(fields.apply(event("completion")));
  }

  private Json event(String name) {
    Json json =
        new Json()
            .beginObject()
            .field("schema", "spore.automation.event.v1")
            .field("schema_version", 1)
            .field("event", name);
    return child == null ? json : json.field("child", child);
  }

  private synchronized void emit(Json json) throws IOException {
    out.write((json.endObject() + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
