package dev.spore.cli;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.IOException;

/** Where the guest command's output goes. Each stream has one writing thread. */
interface RunOutput {
  /** The guest command's output streams. */
  enum Stream {
    STDOUT,
    STDERR;

    /** What a user calls it. */
    String title() {
      return this == STDOUT ? "standard output" : "standard error";
    }
  }

  /** Takes the first {@code length} bytes; they are on their way when this returns. */
  void write(Stream stream, byte[] bytes, int length) throws IOException;

  /** The agent answers. */
  void ready() throws IOException;

  /** The machine was saved while the command ran. */
  void saved(RunRequest.Save save, SaveReport report) throws IOException;

  /** A save was asked for while the command ran, and nothing was saved. */
  void saveFailed(RunRequest.Save save, SporeException failure) throws IOException;

  /** The command ended, or was saved; everything has been written. */
  void completed(RunResult result) throws IOException;

  /** The run failed or was canceled; the error itself goes to standard error in any case. */
  void failed(SporeException failure, Timeline timeline) throws IOException;
}
