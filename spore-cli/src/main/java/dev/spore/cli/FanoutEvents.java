package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.OutputStream;

/** Events of many machines, one object a line; those of one child have its number. */
final class FanoutEvents implements FanoutOutput {
  private final OutputStream out;
  private final EventsOutput whole;

  FanoutEvents(OutputStream out) throws IOException {
    this.out = new WholeWrites(out);
    this.whole = new EventsOutput(this.out, false, null);
    whole.start("fanout");
  }

  @Override
  public RunOutput child(int number) {
    return new EventsOutput(out, false, number);
  }

  @Override
  public void ended(Result result) throws IOException {
    String outcome =
        switch (result.reason()) {
          case null -> "completed";
          case SporeException e when e.code() == ErrorCode.OPERATION_CANCELED -> "canceled";
          case SporeException e -> "failed";
        };
    whole.completion(json ->
        json.field("outcome", outcome)
            .field("exit_code", result.exitStatus())
            .field("count", result.children())
            .field("succeeded", result.succeeded()));
  }

  /** Lets each write end before the next begins: writes to a pipe may else mix. */
  private static final class WholeWrites extends OutputStream {
    private final OutputStream to;

    WholeWrites(OutputStream to) {
      this.to = to;
    }

    @Override
    public synchronized void write(int b) throws IOException {
      to.write(b);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      to.write(bytes, offset, length);
    }
  }
}
