package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Output of many machines for people: whole lines, each behind the number of its machine, standard
 * error to standard error, where also a line tells of each machine's end.
 */
final class FanoutText implements FanoutOutput {
  /** A longer line is cut into several: what a machine writes without an end must not pile up. */
  static final int LINE_BYTES_MAX = 16 << 10;

  private final HostStreams host;
  private final int digits;

  /** Held for each write, so that no line lands inside another. */
  private final Object turn = new Object();

  /**
   * @param last the highest number of a child
   */
  FanoutText(HostStreams host, int last) {
    this.host = host;
    this.digits = Integer.toString(last).length();
  }

  @Override
  public RunOutput child(int number) {
    String digitsOfNumber = Integer.toString(number);
    return new Child("[" + "0".repeat(digits - digitsOfNumber.length()) + digitsOfNumber + "] ");
  }

  @Override
  public void ended(Result result) {}

  private void write(OutputStream to, ByteArrayOutputStream lines) throws IOException {
    synchronized (turn) {
      to.write(lines.toByteArray());
    }
  }

  private final class Child implements RunOutput {
    private final String prefix;
    private final Lines stdout;
    private final Lines stderr;

    Child(String prefix) {
      this.prefix = prefix;
      this.stdout = new Lines(prefix, host.stdout());
      this.stderr = new Lines(prefix, host.stderr());
    }

    @Override
    public void write(Stream stream, byte[] bytes, int length) throws IOException {
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
    public void completed(RunResult result) throws IOException {
      String how =
          switch (result.outcome()) {
            case Guest.Outcome.Exited ended -> "";
            case Guest.Outcome.Saved saved -> "";
            case Guest.Outcome.Killed(int signal) -> " (killed by signal %d)".formatted(signal);
            case Guest.Outcome.NotFound(String message) -> " (" + message + ")";
            case Guest.Outcome.NotStarted(String message) -> " (" + message + ")";
          };
      end("exit " + result.exitStatus() + how);
    }

    @Override
    public void failed(SporeException failure, Timeline timeline) throws IOException {
      String word = failure.code() == ErrorCode.OPERATION_CANCELED ? "canceled" : "failed";
      // A message may quote a console; its lines belong to this child as well.
      String message = String.valueOf(failure.getMessage()).replace("\n", "\n" + prefix);
      end("%s, exit %d: %s".formatted(word, failure.code().exitStatus(), message));
    }

    private void end(String line) throws IOException {
      stdout.flush();
      stderr.flush();
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      text.writeBytes((prefix + "spore: " + line + "\n").getBytes(StandardCharsets.UTF_8));
      FanoutText.this.write(host.stderr(), text);
    }
  }

  /** One stream of one child: what has come of a line waits for its end. */
  private final class Lines {
    private final byte[] prefix;
    private final OutputStream to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean lost;

    Lines(String prefix, OutputStream to) {
      this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
      this.to = to;
    }

    synchronized void add(byte[] bytes, int length) throws IOException {
      ByteArrayOutputStream ready = new ByteArrayOutputStream();
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          endLine(ready);
          continue;
        }
        if (line.size() == LINE_BYTES_MAX) {
          endLine(ready);
        }
        line.write(bytes[i]);
      }
      if (ready.size() > 0) {
        put(ready);
      }
    }

    /** What ends without a line feed gets one. */
    synchronized void flush() throws IOException {
      if (line.size() > 0 && !lost) {
        ByteArrayOutputStream ready = new ByteArrayOutputStream();
        endLine(ready);
        put(ready);
      }
    }

    /** A stream that could not be written is not written again: its failure was told. */
    private void put(ByteArrayOutputStream ready) throws IOException {
      lost = true;
      write(to, ready);
      lost = false;
    }

    private void endLine(ByteArrayOutputStream ready) {
      ready.writeBytes(prefix);
      ready.writeBytes(line.toByteArray());
      ready.write('\n');
      line.reset();
    }
  }
}
