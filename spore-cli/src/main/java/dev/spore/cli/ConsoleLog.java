package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The file of {@code --console-log}; without one, nothing. A failing write cancels the run. */
final class ConsoleLog extends OutputStream {
  private final @Nullable Path file;
  private final OutputStream out;
  private final Cancellation cancellation;
  private boolean failed;

  private ConsoleLog(@Nullable Path file, OutputStream out, Cancellation cancellation) {
    this.file = file;
    this.out = out;
    this.cancellation = cancellation;
  }

  static ConsoleLog open(@Nullable Path file, Cancellation cancellation) {
    if (file == null) {
      return new ConsoleLog(null, OutputStream.nullOutputStream(), cancellation);
    }
    try {
      return new ConsoleLog(file, Files.newOutputStream(file), cancellation);
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "--console-log " + file + ": cannot be written: " + HostFiles.reason(e),
          e);
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (failed) {
      return;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failed = true;
      SporeException why = RunSession.outputLost("--console-log " + file, e);
      // Not here: this is the machine's own thread, and canceling waits for its end.
      new Thread(() -> cancellation.cancel(why), "spore-console-log").start();
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      cancellation.cancel(RunSession.outputLost("--console-log " + file, e));
    }
  }
}
