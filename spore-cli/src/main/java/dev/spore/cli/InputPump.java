package dev.spore.cli;

import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Moves standard input to the guest's command until either side ends, on its own thread. */
final class InputPump implements Runnable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final InputStream from;
  private final OutputStream to;

  private InputPump(InputStream from, OutputStream to) {
    this.from = from;
    this.to = to;
  }

  /** A daemon: a read from a silent terminal must not keep the program alive. */
  static void start(InputStream from, OutputStream to) {
    Thread thread = new Thread(new InputPump(from, to), "spore-standard-input");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    // Leaving the block is the command's end of file, also when our own input broke.
    try (to) {
      byte[] buffer = new byte[BUFFER_BYTES];
      while (true) {
        int length = from.read(buffer);
        if (length < 0) {
          return;
        }
        to.write(buffer, 0, length);
        to.flush();
      }
    } catch (IOException | SporeException e) {
      // A command may end, or close its input, before it has read everything: not a failure.
      System.getLogger(InputPump.class.getName())
          .log(System.Logger.Level.DEBUG, "standard input ended early", e);
    }
  }
}
