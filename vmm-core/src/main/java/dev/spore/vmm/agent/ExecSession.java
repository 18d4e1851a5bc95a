package dev.spore.vmm.agent;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One exec in the guest, from the moment it was asked for. Safe from any thread, virtual or not;
 * each stream is for one reader or writer at a time. What is not read of stdout or stderr stays in
 * the guest beyond a window and stops only this process. When the connection ends early, reads and
 * writes and {@link #await} throw STREAM_INTERRUPTED; output that had arrived can still be read.
 */
public final class ExecSession {
  private static final int SIGNAL_MAX = 64;
  private static final int U16_MAX = 0xffff;

  private final int id;

  /** Under which it outlives its connection; empty if it does not. */
  private final String name;

  /** What it was started as; empty if that was not here. */
  private final List<String> argv;

  private final AgentClient client;
  private final OutputBuffer stdoutBuffer = new OutputBuffer(AgentLimits.OUTPUT_WINDOW_BYTES);
  private final OutputBuffer stderrBuffer = new OutputBuffer(AgentLimits.OUTPUT_WINDOW_BYTES);
  private final StdinWindow stdinWindow;
  private final OutputReader stdout;
  private final OutputReader stderr;
  private final StdinStream stdin;
  private final CompletableFuture<ExecResult> result = new CompletableFuture<>();

  /** Only the connection's reader thread touches these two. */
  private AgentFrame.@Nullable Started started;

  private boolean exited;

  private volatile boolean tty;

  private final CompletableFuture<Boolean> running = new CompletableFuture<>();
  private final CompletableFuture<ReplayStart> attached = new CompletableFuture<>();

  /**
   * Where the output of an attached session begins: how many bytes of all it ever wrote are not
   * delivered, because they came before what the guest keeps.
   */
  public record ReplayStart(long stdoutBytes, long stderrBytes) {}

  /** A new process. */
  ExecSession(int id, String name, ExecSpec spec, AgentClient client) {
    this(id, name, spec.argv(), client, AgentLimits.STDIN_WINDOW_BYTES);
    tty = spec.tty();
    attached.complete(new ReplayStart(0, 0));
    if (spec.tty()) {
      stderrBuffer.put(new byte[0], true);
    }
    if (!spec.wantsStdin()) {
      stdinWindow.end();
    }
  }

  /** A session that may exist: the guest's first frame tells. */
  ExecSession(int id, String name, AgentClient client) {
    this(id, name, List.of(), client, 0);
  }

  private ExecSession(int id, String name, List<String> argv, AgentClient client, int stdinCredit) {
    this.id = id;
    this.name = name;
    this.argv = argv;
    this.client = client;
    this.stdinWindow = new StdinWindow(stdinCredit);
    this.stdout = new OutputReader(id, Wire.STDOUT, stdoutBuffer, client);
    this.stderr = new OutputReader(id, Wire.STDERR, stderrBuffer, client);
    this.stdin = new StdinStream(id, stdinWindow, client);
  }

  /**
   * Waits until the guest has found the session, and tells where its output begins. For a process
   * that was started here, the beginning.
   *
   * @throws SporeException OBJECT_NOT_FOUND when there is no such session or it is attached
   *     already, STREAM_INTERRUPTED when the connection ended first
   */
  public ReplayStart awaitAttached() throws InterruptedException {
    try {
      return attached.get();
    } catch (ExecutionException e) {
      throw thrown(e);
    }
  }

  /** Waits until the guest runs the process, or it is clear that this one never will. */
  public void awaitStarted() throws InterruptedException {
    try {
      CompletableFuture.anyOf(running, result).get();
    } catch (ExecutionException e) {
      // Whoever waits for its end hears of it.
      System.getLogger(ExecSession.class.getName())
          .log(System.Logger.Level.DEBUG, "not started", e);
    }
  }

  /**
   * Where to write what the process reads. Closing it is the process's end of input. Throws
   * IOException once the process closed it or ended.
   */
  public OutputStream stdin() {
    return stdin;
  }

  /** What the process writes; with a terminal, stderr too. Closing it early is SIGPIPE to it. */
  public InputStream stdout() {
    return stdout;
  }

  /** What the process writes to its stderr; empty with a terminal. */
  public InputStream stderr() {
    return stderr;
  }

  /**
   * Sends a signal to the process group, with a terminal to its foreground group. A process that
   * ended meanwhile gets nothing.
   *
   * @param signal 1 to 64
   */
  public void signal(int signal) {
    if (signal < 1 || signal > SIGNAL_MAX) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT, "signal %d is not 1 to 64".formatted(signal));
    }
    client.sendIfConnected(writer -> writer.signal(id, signal));
  }

  /**
   * Tells the process's terminal its new size.
   *
   * @param rows 0 to 65535
   * @param cols 0 to 65535
   */
  public void resize(int rows, int cols) {
    if (rows < 0 || rows > U16_MAX || cols < 0 || cols > U16_MAX) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "a terminal of %d x %d is out of range".formatted(cols, rows));
    }
    client.sendIfConnected(writer -> writer.resize(id, rows, cols));
  }

  /**
   * Waits for the process to end. Its output may still be on the way: read both streams to their
   * end. A process that waits for a reader of its output does not end.
   *
   * @throws SporeException STREAM_INTERRUPTED when the connection ended first
   */
  public ExecResult await() throws InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw thrown(e);
    }
  }

  private static RuntimeException thrown(ExecutionException e) {
    return e.getCause() instanceof SporeException failure
        ? AgentClient.again(failure)
        : new IllegalStateException(e);
  }

  /** The same as {@link #await} for those who do not wait; fails with SporeException. */
  public CompletableFuture<ExecResult> onExit() {
    return result.copy();
  }

  /**
   * Takes a frame of this exec; true when it was the last. Reader thread only.
   *
   * @param live told of what becomes of it, if it is a session
   */
  boolean accept(AgentFrame.OfExec frame, LiveSessions live) throws AgentProtocolException {
    switch (frame) {
      case AgentFrame.Started now -> {
        require(started == null, "started twice");
        require(attached.isDone(), "was started instead of attached");
        started = now;
        running.complete(true);
        if (!name.isEmpty()) {
          live.started(name, this, argv);
        }
      }
      case AgentFrame.Attached now -> {
        require(started == null, "started twice");
        require(!attached.isDone(), "was attached without being asked for");
        started = now.started();
        running.complete(true);
        attach(now);
        live.attached(name, this);
      }
      case AgentFrame.StartFailed failed -> {
        require(started == null, "failed to start after it had started");
        notStarted(failed);
        return true;
      }
      case AgentFrame.Output output -> {
        requireStarted();
        OutputBuffer buffer = output.stderr() ? stderrBuffer : stdoutBuffer;
        require(buffer.put(output.data(), output.last()), "sent output without credit");
      }
      case AgentFrame.StdinCredit credit -> {
        requireStarted();
        require(stdinWindow.give(credit.bytes()), "took more stdin than was sent");
      }
      case AgentFrame.StdinClosed closed -> {
        requireStarted();
        stdinWindow.closeByProcess();
      }
      case AgentFrame.Exit exit -> exit(exit, requireStarted());
    }
    boolean last = exited && stdoutBuffer.isEnded() && stderrBuffer.isEnded();
    if (last && !name.isEmpty()) {
      live.ended(name);
    }
    return last;
  }

  /** What is known of it, under its name and as what it was started. Any thread. */
  KnownSession known(String as, List<String> startedAs) {
    ReplayStart start = attached.getNow(new ReplayStart(0, 0));
    return new KnownSession(
        as,
        id,
        startedAs,
        tty,
        stdinWindow.isOpen(),
        stdoutBuffer.heard(start.stdoutBytes()),
        stderrBuffer.heard(start.stderrBytes()));
  }

  private void attach(AgentFrame.Attached now) {
    tty = now.tty();
    if (now.tty()) {
      stderrBuffer.put(new byte[0], true);
    }
    if (now.stdinCredit() > 0) {
      stdinWindow.give(now.stdinCredit());
    }
    if (!now.stdinOpen()) {
      stdinWindow.closeByProcess();
    }
    attached.complete(new ReplayStart(now.stdoutOffset(), now.stderrOffset()));
  }

  private void exit(AgentFrame.Exit exit, AgentFrame.Started start) throws AgentProtocolException {
    require(!exited, "ended twice");
    exited = true;
    stdinWindow.closeByProcess();
    ExecTimings timings =
        new ExecTimings(
            start.receivedNanos(),
            start.spawnedNanos(),
            exit.exitedNanos(),
            exit.userMicros(),
            exit.systemMicros(),
            exit.rssBytesMax());
    result.complete(new ExecResult(exit.outcome(), timings));
  }

  private void notStarted(AgentFrame.StartFailed failed) {
    stdinWindow.closeByProcess();
    stdoutBuffer.put(new byte[0], true);
    stderrBuffer.put(new byte[0], true);
    ExecTimings timings = new ExecTimings(failed.receivedNanos(), failed.failedNanos(), 0, 0, 0, 0);
    result.complete(new ExecResult(failed.failure(), timings));
    attached.completeExceptionally(
        new SporeException(ErrorCode.OBJECT_NOT_FOUND, failed.failure().message()));
  }

  void fail(SporeException cause) {
    stdinWindow.fail(cause);
    stdoutBuffer.fail(cause);
    stderrBuffer.fail(cause);
    result.completeExceptionally(cause);
    attached.completeExceptionally(cause);
  }

  private AgentFrame.Started requireStarted() throws AgentProtocolException {
    AgentFrame.Started now = started;
    if (now == null) {
      throw violation("sent something before it started");
    }
    return now;
  }

  private void require(boolean condition, String what) throws AgentProtocolException {
    if (!condition) {
      throw violation(what);
    }
  }

  private AgentProtocolException violation(String what) {
    return new AgentProtocolException("exec " + Integer.toUnsignedString(id) + " " + what);
  }
}
