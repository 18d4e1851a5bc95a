package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Prints a command's own result: all of it, or an error. */
final class Stdout {
  private Stdout() {}

  static void print(HostStreams host, String text) {
    try {
      host.stdout().write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.STREAM_INTERRUPTED, "cannot write standard output: " + HostFiles.reason(e), e);
    }
  }
}
