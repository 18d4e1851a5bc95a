package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineExit;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A machine and the connection to its agent. */
final class MachineGuest implements Guest {
  /** For what still runs when the command has ended, before a written disk is made clean. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  /** Writing back a full page cache to a slow disk takes its time; a lost write is worse. */
  private static final Duration POWER_OFF = Duration.ofMinutes(2);

  /** From a kernel's reset of its devices to its last instruction, where it is interpreted. */
  private static final Duration ENDING = Duration.ofSeconds(10);

  private static final int SESSION_NAME_BYTES = 4;

  private final Machine machine;
  private final AgentClient agent;
  private final boolean writesDisk;

  /** Completed when the machine stands still for ever. */
  private final CompletableFuture<SaveReport> stopped = new CompletableFuture<>();

  MachineGuest(Machine machine, AgentClient agent, boolean writesDisk) {
    this.machine = machine;
    this.agent = agent;
    this.writesDisk = writesDisk;
  }

  @Override
  public Task start(RunRequest request, TerminalSize size) throws InterruptedException {
    try {
      String session = request.session();
      return new MachineTask(
          session == null ? exec(request, size) : attach(session, request, size));
    } catch (SporeException e) {
      throw explain(e);
    }
  }

  /** Waits until the guest has found it: what else may be wrong shows in its outcome. */
  private ExecSession attach(String name, RunRequest request, TerminalSize size)
      throws InterruptedException {
    ExecSession session = agent.attach(name);
    session.awaitAttached();
    if (request.tty()) {
      session.resize(size.rows(), size.columns());
    }
    return session;
  }

  private ExecSession exec(RunRequest request, TerminalSize size) {
    ExecSpec spec =
        new ExecSpec(
            request.argv(),
            request.env(),
            Objects.requireNonNullElse(request.workdir(), "/"),
            Objects.requireNonNullElse(request.user(), ""),
            request.tty(),
            size.rows(),
            size.columns(),
            request.stdin());
    RunRequest.Save save = request.save();
    boolean outlives = save != null && save.signal() != null;
    return outlives ? agent.exec(spec, sessionName()) : agent.exec(spec);
  }

  /** New in this guest, whatever sessions it was saved with. */
  private static String sessionName() {
    byte[] bytes = new byte[SESSION_NAME_BYTES];
    new SecureRandom().nextBytes(bytes);
    return "run-" + HexFormat.of().formatHex(bytes);
  }

  @Override
  public SaveReport save(RunRequest.Save save) throws InterruptedException {
    SaveReport report =
        machine.save(new SaveSpec(save.directory(), save.annotations(), save.goesOn()));
    if (!save.goesOn()) {
      stopped.complete(report);
      // What has arrived can still be read; nothing more comes.
      agent.close();
    }
    return report;
  }

  @Override
  public void shutDown() throws InterruptedException {
    // A machine that was saved goes on from there in its next life; this one has ended.
    if (writesDisk && !stopped.isDone()) {
      agent.powerOff(GRACE, POWER_OFF);
    }
  }

  @Override
  public void close() {
    machine.close();
  }

  /** What to tell when the connection broke: why the machine ended, if that is what broke it. */
  private SporeException explain(SporeException broken) {
    if (broken.code() != ErrorCode.STREAM_INTERRUPTED) {
      return broken;
    }
    return switch (ending()) {
      case null -> broken;
      case MachineExit.Closed closed -> broken;
      case MachineExit.MemoryLost lost -> lost.reason();
      case MachineExit exit -> {
        String tail = machine.consoleTail().strip();
        yield new SporeException(
            ErrorCode.RUNTIME_EXECUTION_FAILED,
            "the guest ended while the command ran: "
                + exit.describe()
                + (tail.isEmpty() ? "" : "; the end of its console:\n" + tail),
            broken);
      }
    };
  }

  /** A kernel that goes down resets its devices first: the connection breaks before the end. */
  private @Nullable MachineExit ending() {
    try {
      return machine.exit().get(ENDING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException stillRuns) {
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit reason is never an exception", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** An exec on the agent's connection. */
  private final class MachineTask implements Task {
    private final ExecSession session;

    MachineTask(ExecSession session) {
      this.session = session;
    }

    @Override
    public OutputStream stdin() {
      return session.stdin();
    }

    @Override
    public InputStream stdout() {
      return session.stdout();
    }

    @Override
    public InputStream stderr() {
      return session.stderr();
    }

    @Override
    public void signal(int number) {
      session.signal(number);
    }

    @Override
    public void resize(TerminalSize size) {
      session.resize(size.rows(), size.columns());
    }

    @Override
    public void awaitStarted() throws InterruptedException {
      session.awaitStarted();
    }

    @Override
    public Outcome await() throws InterruptedException {
      CompletableFuture<ExecResult> end = session.onExit();
      try {
        CompletableFuture.anyOf(end, stopped).get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof SporeException broken) {
          throw explain(broken);
        }
        throw new IllegalStateException("an exec ends with a result or a SporeException", e);
      }
      return end.state() == Future.State.SUCCESS ? outcome(end.resultNow()) : new Outcome.Saved();
    }

    private static Outcome outcome(ExecResult result) {
      return switch (result.outcome()) {
        case ExecResult.Exited(int code) -> new Outcome.Exited(code);
        case ExecResult.Signaled(int signal) -> new Outcome.Killed(signal);
        case ExecResult.NotStarted failed ->
            switch (failed.kind()) {
              case NOT_FOUND -> new Outcome.NotFound(failed.message());
              case NOT_EXECUTABLE, BAD_CWD, BAD_USER, NO_RESOURCES, NO_ROOTFS, NO_SESSION ->
                  new Outcome.NotStarted(failed.message());
            };
      };
    }
  }
}
