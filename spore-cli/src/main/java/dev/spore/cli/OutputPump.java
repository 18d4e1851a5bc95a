package dev.spore.cli;

import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InputStream;

/** Moves one output stream of the guest's command to where it belongs here, on its own thread. */
final class OutputPump implements Runnable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final String BROKEN_PIPE = "Broken pipe";

  private final RunOutput.Stream stream;
  private final InputStream from;
  private final RunOutput output;
  private final boolean passThrough;
  private final Cancellation cancellation;
  private final Thread thread;

  private OutputPump(
      RunOutput.Stream stream,
      InputStream from,
      RunOutput output,
      boolean passThrough,
      Cancellation cancellation) {
    this.stream = stream;
    this.from = from;
    this.output = output;
    this.passThrough = passThrough;
    this.cancellation = cancellation;
    this.thread = new Thread(this, "spore-" + stream.title().replace(' ', '-'));
  }

  static OutputPump start(
      RunOutput.Stream stream,
      Guest.Task process,
      RunOutput output,
      boolean passThrough,
      Cancellation cancellation) {
    InputStream from =
        switch (stream) {
          case STDOUT -> process.stdout();
          case STDERR -> process.stderr();
        };
    OutputPump pump = new OutputPump(stream, from, output, passThrough, cancellation);
    pump.thread.setDaemon(true);
    pump.thread.start();
    return pump;
  }

  /** Waits until everything the command wrote has been written here. */
  void drain() throws InterruptedException {
    thread.join();
  }

  @Override
  public void run() {
    byte[] buffer = new byte[BUFFER_BYTES];
    while (true) {
      int length;
      try {
        length = from.read(buffer);
      } catch (IOException | SporeException e) {
        // The machine ended: the waiting thread learns why and says so.
        return;
      }
      if (length < 0) {
        return;
      }
      try {
        output.write(stream, buffer, length);
      } catch (IOException e) {
        lost(e);
        return;
      }
    }
  }

  private void lost(IOException failure) {
    String message = failure.getMessage();
    if (passThrough && message != null && message.contains(BROKEN_PIPE)) {
      // As between two local processes: the reader left, so the writer's next write fails.
      closeGuestEnd();
      return;
    }
    cancellation.cancel(RunSession.outputLost(stream.title(), failure));
  }

  private void closeGuestEnd() {
    try {
      from.close();
    } catch (IOException e) {
      cancellation.cancel(RunSession.outputLost(stream.title(), e));
    }
  }
}
