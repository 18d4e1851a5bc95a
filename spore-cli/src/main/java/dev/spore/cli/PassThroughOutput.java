package dev.spore.cli;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;

/** The guest's bytes, unchanged and unbuffered, to the same streams here. */
final class PassThroughOutput implements RunOutput {
  private final OutputStream stdout;
  private final OutputStream stderr;

  PassThroughOutput(OutputStream stdout, OutputStream stderr) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  @Override
  public void write(Stream stream, byte[] bytes, int length) throws IOException {
    switch (stream) {
      case STDOUT -> stdout.write(bytes, 0, length);
      case STDERR -> stderr.write(bytes, 0, length);
    }
  }

  @Override
  public void ready() {}

  @Override
  public void saved(RunRequest.Save save, SaveReport report) {}

  @Override
  public void saveFailed(RunRequest.Save save, SporeException failure) {}

  @Override
  public void completed(RunResult result) {}

  @Override
  public void failed(SporeException failure, Timeline timeline) {}
}
