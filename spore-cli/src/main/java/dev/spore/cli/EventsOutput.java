package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** One {@code spore.automation.event.v1} object a line; the last one is the completion. */
final class EventsOutput implements RunOutput {
  private final OutputStream out;
  private final boolean tty;
  private long stdoutOffset;
  private long stderrOffset;

  EventsOutput(OutputStream out, RunRequest request) throws IOException {
    this.out = out;
    this.tty = request.tty();
    emit(
        event("start")
            .field("command", request.session() == null ? "run" : "attach")
            .field("backend", "kvm"));
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

  private static Json about(String name, RunRequest.Save save) {
    return event(name).field("directory", save.directory().toString()).field("on", save.when());
  }

  @Override
  public void completed(RunResult result) throws IOException {
    emit(result.fields(event("completion")));
  }

  @Override
  public void failed(SporeException failure, Timeline timeline) throws IOException {
    boolean canceled = failure.code() == ErrorCode.OPERATION_CANCELED;
    Json json =
        event("completion")
            .field("outcome", canceled ? "canceled" : "failed")
            .field("exit_code", failure.code().exitStatus());
    timeline.json(json).beginObject("error");
    emit(Failures.body(json, failure).endObject());
  }

  private static Json event(String name) {
    return new Json()
        .beginObject()
        .field("schema", "spore.automation.event.v1")
        .field("schema_version", 1)
        .field("event", name);
  }

  private synchronized void emit(Json json) throws IOException {
    out.write((json.endObject() + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
