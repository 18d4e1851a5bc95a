package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What signals to this program do to the run. Before the command runs, any of them cancels. Then
 * the first goes to the command; a second of its kind cancels, and so does a command that outlives
 * SIGTERM or SIGHUP by the grace period. A signal that asks for a save does that and nothing else.
 * The JVM calls handlers on threads of their own.
 */
final class HostSignals implements AutoCloseable {
  /** Less than what supervisors wait between SIGTERM and SIGKILL. */
  private static final Duration GRACE = Duration.ofSeconds(8);

  private final Cancellation cancellation;
  private final RunSave save;
  private final Map<Signal, SignalHandler> previous = new LinkedHashMap<>();
  private final Map<String, Integer> seen = new LinkedHashMap<>();
  private Guest.@Nullable Task process;
  private @Nullable HostTerminal terminal;

  /**
   * @param save told of the signal it names
   */
  HostSignals(Cancellation cancellation, HostStreams host, RunSave save) {
    this.cancellation = cancellation;
    this.save = save;
    if (host.real()) {
      String asking = save.signal();
      if (asking != null && asking.startsWith("USR")) {
        handle(asking);
      }
      handle("INT");
      handle("TERM");
      handle("HUP");
      handle("WINCH");
    }
  }

  /** From now on the command hears of signals, and of the terminal's size if it has one. */
  synchronized void attach(Guest.Task command, @Nullable HostTerminal ofCommand) {
    process = command;
    terminal = ofCommand;
  }

  /** The command has ended: signals cancel again. */
  synchronized void detach() {
    process = null;
    terminal = null;
  }

  @Override
  public void close() {
    previous.forEach(Signal::handle);
    previous.clear();
  }

  /** What arrives from the operating system; tests call it in its place. */
  void deliver(String name, int number) {
    if (name.equals(save.signal())) {
      save.signaled();
      return;
    }
    Guest.Task target;
    HostTerminal resized;
    boolean first;
    synchronized (this) {
      target = process;
      resized = terminal;
      first = seen.merge(name, 1, Integer::sum) == 1;
    }
    if (name.equals("WINCH")) {
      if (target != null && resized != null) {
        target.resize(resized.size());
      }
      return;
    }
    if (target == null || !first) {
      cancel(name);
      return;
    }
    target.signal(number);
    if (!name.equals("INT")) {
      cancelAfterGrace(name);
    }
  }

  private void handle(String name) {
    Signal signal = new Signal(name);
    previous.put(signal, Signal.handle(signal, new Delivery(name)));
  }

  /** A class and no lambda: that would be spun at every start, for no training run meets it. */
  private final class Delivery implements SignalHandler {
    private final String name;

    Delivery(String name) {
      this.name = name;
    }

    @Override
    public void handle(Signal signal) {
      deliver(name, signal.getNumber());
    }
  }

  private void cancelAfterGrace(String name) {
    Deadline unused = Deadline.start(GRACE, () -> cancel(name));
    cancellation.onCancel(unused);
  }

  private void cancel(String name) {
    cancellation.cancel(new SporeException(ErrorCode.OPERATION_CANCELED, "canceled by SIG" + name));
  }
}
