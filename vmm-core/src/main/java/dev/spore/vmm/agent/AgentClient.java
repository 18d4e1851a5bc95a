package dev.spore.vmm.agent;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The host end of a connection to the agent. One virtual thread reads and never waits for anything
 * but the guest; whoever sends writes under a lock. The first thing that goes wrong ends the
 * connection and everything on it, with one reason. Safe from any thread.
 */
public final class AgentClient implements AutoCloseable {
  /** Version of the protocol that both ends must speak. */
  public static final int PROTOCOL_VERSION = Wire.VERSION;

  private final FrameReader reader;
  private final FrameWriter writer;
  private final AutoCloseable transport;
  private final AgentInfo info;
  private final GuestClock greeted;
  private final LiveSessions live;
  private final AtomicInteger lastId = new AtomicInteger();
  private final ConcurrentHashMap<Integer, ExecSession> sessions = new ConcurrentHashMap<>();
  private final CompletableFuture<Integer> poweringOff = new CompletableFuture<>();

  private final Answers<AgentFrame.Resumed> resumed = new Answers<>("RESUMED");
  private final Answers<AgentFrame.Frozen> frozen = new Answers<>("FROZEN");
  private final Answers<AgentFrame.Thawed> thawed = new Answers<>("THAWED");
  private final Answers<AgentFrame.ClockRead> clockRead = new Answers<>("CLOCK_READ");

  /** Set once, by whoever finds the connection at its end. */
  private final AtomicReference<@Nullable SporeException> failure = new AtomicReference<>();

  private AgentClient(
      FrameReader reader,
      FrameWriter writer,
      AutoCloseable transport,
      AgentInfo info,
      GuestClock greeted,
      LiveSessions live) {
    this.reader = reader;
    this.writer = writer;
    this.transport = transport;
    this.info = info;
    this.greeted = greeted;
    this.live = live;
  }

  /** Sends frames. */
  interface Sending {
    void to(FrameWriter writer) throws IOException;
  }

  /**
   * Shakes hands: gives the guest entropy, and waits for its answer. To give up waiting, close the
   * transport from another thread.
   *
   * @param in what the agent sends
   * @param out what it receives
   * @param transport closed when the connection ends, also when this method throws
   * @param live told of the sessions that begin and end on this connection
   * @throws SporeException STREAM_INTERRUPTED when there is no proper answer
   */
  public static AgentClient connect(
      InputStream in, OutputStream out, AutoCloseable transport, LiveSessions live) {
    FrameReader reader = new FrameReader(in);
    FrameWriter writer = new FrameWriter(out);
    try {
      long before = GuestClock.wallNanos();
      greet(writer, reader);
      AgentInfo info = hello(reader.next());
      GuestClock clock = new GuestClock(before, info.phases().readyNanos(), GuestClock.wallNanos());
      AgentClient client = new AgentClient(reader, writer, transport, info, clock, live);
      Thread.ofVirtual().name("agent-reader").start(client::read);
      return client;
    } catch (IOException e) {
      closeQuietly(transport);
      throw interrupted(e);
    }
  }

  /** The same for a machine of which no sessions are kept. */
  public static AgentClient connect(InputStream in, OutputStream out, AutoCloseable transport) {
    return connect(in, out, transport, new LiveSessions(List.of()));
  }

  private static void greet(FrameWriter writer, FrameReader reader) throws IOException {
    byte[] entropy = freshEntropy();
    try {
      writer.hello(entropy);
    } catch (IOException e) {
      // An agent that is busy says so and closes at once: its reason is better than ours.
      hello(reader.next());
      throw e;
    }
  }

  private static AgentInfo hello(@Nullable AgentFrame first) throws IOException {
    return switch (first) {
      case AgentFrame.Hello hello -> hello.info();
      case AgentFrame.Refused refused -> throw refusal(refused);
      case null -> throw new IOException("it closed the connection without an answer");
      case AgentFrame.PoweringOff other -> throw unexpected(other);
      case AgentFrame.Resumed other -> throw unexpected(other);
      case AgentFrame.Frozen other -> throw unexpected(other);
      case AgentFrame.Thawed other -> throw unexpected(other);
      case AgentFrame.ClockRead other -> throw unexpected(other);
      case AgentFrame.OfExec other -> throw unexpected(other);
    };
  }

  /** What the agent said about itself. */
  public AgentInfo info() {
    return info;
  }

  /**
   * Asks for a process and returns at once; whether it starts is part of its result.
   *
   * @throws SporeException STREAM_INTERRUPTED when the connection is gone
   */
  public ExecSession exec(ExecSpec spec) {
    return start(spec, "");
  }

  /**
   * The same for a process that outlives the connection: {@link #attach} finds it again. Of its
   * output the guest then keeps the last {@link AgentLimits#REPLAY_BYTES_MAX} of each stream. It
   * exists until its exit status was sent to somebody.
   *
   * @param session 1 to 64 letters, digits, {@code - . _}; a name that exists is a start failure
   * @throws SporeException USAGE_INVALID_ARGUMENT for another name
   */
  public ExecSession exec(ExecSpec spec, String session) {
    requireSessionName(session);
    return start(spec, session);
  }

  /**
   * Takes a session over that nobody is attached to and returns at once; {@link
   * ExecSession#awaitAttached} tells whether there is one. Its kept output comes first.
   *
   * @throws SporeException USAGE_INVALID_ARGUMENT for what is no name, STREAM_INTERRUPTED when the
   *     connection is gone
   */
  public ExecSession attach(String session) {
    requireSessionName(session);
    ExecSession[] out = new ExecSession[1];
    send(w -> w.attach(session, () -> register(id -> new ExecSession(id, session, this), out)));
    return out[0];
  }

  private ExecSession start(ExecSpec spec, String session) {
    ExecSession[] out = new ExecSession[1];
    send(w ->
        w.exec(spec, session, () -> register(id -> new ExecSession(id, session, spec, this), out)));
    return out[0];
  }

  private static void requireSessionName(String session) {
    if (!session.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "the session name '%s' is not 1 to 64 letters, digits, '-', '.' or '_'"
              .formatted(session));
    }
  }

  /** Called when it is this request's turn, so ids reach the agent in order. */
  private int register(IntFunction<ExecSession> factory, ExecSession[] out) {
    int id = lastId.incrementAndGet();
    out[0] = factory.apply(id);
    sessions.put(id, out[0]);
    SporeException cause = failure.get();
    if (cause != null) {
      out[0].fail(cause);
    }
    return id;
  }

  /**
   * Tells a restored machine who it is now, with the present time and fresh entropy, and waits
   * until it is so. Nothing that is asked for later starts before that.
   *
   * @return guest nanoseconds it took, by the guest's own word
   * @throws SporeException STREAM_INTERRUPTED when there is no answer in time, RUNTIME_START_FAILED
   *     when a step failed: such a machine may share secrets with its other copies and must end
   */
  public long resume(ResumeSpec spec, Duration timeout) throws InterruptedException {
    byte[] entropy = freshEntropy();
    long bootWallNanos = clock(timeout).bootWallNanos();
    CompletableFuture<AgentFrame.Resumed> asked =
        ask(resumed, w -> w.resume(spec, bootWallNanos, entropy));
    AgentFrame.Resumed answer = answered(asked, timeout.toMillis(), "resume");
    if (!answer.problems().isEmpty()) {
      throw new SporeException(
          ErrorCode.RUNTIME_START_FAILED,
          "the restored guest could not become a machine of its own: " + answer.problems());
    }
    return answer.appliedNanos() - answer.receivedNanos();
  }

  /**
   * Sets the guest's wall clock, as exactly as the quickest of a few answers allows.
   *
   * @throws SporeException STREAM_INTERRUPTED when there is no answer in time
   */
  public void setClock(Duration timeout) throws InterruptedException {
    long bootWallNanos = clock(timeout).bootWallNanos();
    answered(ask(clockRead, w -> w.clock(bootWallNanos)), timeout.toMillis(), "clock");
  }

  /** An answer in hand is as good as a new one: the guest's clock runs on as the host's does. */
  private GuestClock clock(Duration timeout) throws InterruptedException {
    GuestClock best = greeted;
    for (int i = 0; i < GuestClock.QUESTIONS_MAX && !best.isNearEnough(); i++) {
      long before = GuestClock.wallNanos();
      AgentFrame.ClockRead answer =
          answered(ask(clockRead, w -> w.clock(0)), timeout.toMillis(), "clock");
      best = best.or(new GuestClock(before, answer.receivedNanos(), GuestClock.wallNanos()));
    }
    return best;
  }

  /**
   * Has every process of the guest but its agent stand still, and waits until they do. Until {@link
   * #thaw}, or until a copy of the machine is told who it is, none of them runs an instruction, and
   * no exec starts.
   *
   * @param wait how long the guest may take, up to 60 s
   * @param slack how much longer its answer may
   * @throws SporeException STREAM_INTERRUPTED when there is no answer in time,
   *     RUNTIME_EXECUTION_FAILED when they cannot be held; they go on then
   */
  public void freeze(Duration wait, Duration slack) throws InterruptedException {
    int waitMillis = Math.clamp(wait.toMillis(), 0, AgentLimits.FREEZE_MILLIS_MAX);
    boolean standing = false;
    try {
      CompletableFuture<AgentFrame.Frozen> asked = ask(frozen, w -> w.freeze(waitMillis));
      AgentFrame.Frozen answer = answered(asked, waitMillis + slack.toMillis(), "freeze");
      if (!answer.problems().isEmpty()) {
        throw new SporeException(
            ErrorCode.RUNTIME_EXECUTION_FAILED,
            "the guest's processes cannot be held still: " + answer.problems());
      }
      standing = true;
    } finally {
      if (!standing) {
        // However late the guest gets to it, this comes after the request.
        CompletableFuture<AgentFrame.Thawed> _ = thawed.expect();
        sendIfConnected(FrameWriter::thaw);
      }
    }
  }

  /**
   * Lets the processes go on, and waits until they do. A guest that does not answer is beyond help:
   * the connection ends with that reason.
   */
  public void thaw(Duration timeout) throws InterruptedException {
    try {
      answered(ask(thawed, FrameWriter::thaw), timeout.toMillis(), "thaw");
    } catch (SporeException e) {
      end(e);
    }
  }

  /** Whether it can still be used, as far as is known. */
  public boolean isConnected() {
    return failure.get() == null;
  }

  private <T> CompletableFuture<T> ask(Answers<T> answers, Sending request) {
    CompletableFuture<T> answer = answers.expect();
    send(request);
    // A connection that ended before the answer was registered has not failed it.
    SporeException cause = failure.get();
    if (cause != null && !answer.isDone()) {
      throw again(cause);
    }
    return answer;
  }

  /**
   * Ends all processes, makes the disk clean and asks the machine to switch itself off. Returns
   * when the agent has done its part; the machine may be closed then.
   *
   * @param grace between SIGTERM and SIGKILL, 0 to 60 s
   * @param timeout for the answer, beyond the grace
   * @throws SporeException STREAM_INTERRUPTED when there is no answer, RUNTIME_EXECUTION_FAILED
   *     when the disk could not be made clean
   */
  public void powerOff(Duration grace, Duration timeout) throws InterruptedException {
    long graceMillis = Math.clamp(grace.toMillis(), 0, AgentLimits.GRACE_MILLIS_MAX);
    send(w -> w.powerOff((int) graceMillis));
    int errno = answered(poweringOff, graceMillis + timeout.toMillis(), "power-off");
    if (errno != 0) {
      throw new SporeException(
          ErrorCode.RUNTIME_EXECUTION_FAILED,
          "the guest could not unmount its root image cleanly (errno %d): check the image"
              .formatted(errno));
    }
  }

  private static <T> T answered(CompletableFuture<T> answer, long waitMillis, String request)
      throws InterruptedException {
    try {
      return answer.get(waitMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new SporeException(
          ErrorCode.STREAM_INTERRUPTED,
          "the guest agent did not answer the %s request".formatted(request),
          e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof SporeException cause ? again(cause) : interrupted(e);
    }
  }

  /** Ends the connection: the agent sends its processes SIGHUP, then SIGKILL. Idempotent. */
  @Override
  public void close() {
    end(
        new SporeException(
            ErrorCode.STREAM_INTERRUPTED, "the connection to the guest agent was closed"));
  }

  /**
   * Sends, or ends the connection.
   *
   * @throws SporeException when the connection is gone
   */
  void send(Sending frames) {
    SporeException cause = failure.get();
    if (cause != null) {
      throw again(cause);
    }
    try {
      frames.to(writer);
    } catch (IOException e) {
      end(interrupted(e));
      SporeException first = failure.get();
      throw first == null ? interrupted(e) : again(first);
    }
  }

  /** For what is pointless without a connection: the failure is told where it matters. */
  void sendIfConnected(Sending frames) {
    if (failure.get() != null) {
      return;
    }
    try {
      frames.to(writer);
    } catch (IOException e) {
      end(interrupted(e));
    }
  }

  /** The reader thread. */
  private void read() {
    try {
      for (AgentFrame frame = reader.next(); frame != null; frame = reader.next()) {
        accept(frame);
      }
      end(interrupted(new IOException("the guest closed the connection")));
    } catch (IOException e) {
      end(interrupted(e));
    }
  }

  private void accept(AgentFrame frame) throws IOException {
    switch (frame) {
      case AgentFrame.OfExec ofExec -> {
        ExecSession session = sessions.get(ofExec.id());
        if (session == null) {
          throw new AgentProtocolException(
              "a frame for exec %s, which is not running"
                  .formatted(Integer.toUnsignedString(ofExec.id())));
        }
        if (session.accept(ofExec, live)) {
          sessions.remove(ofExec.id());
        }
      }
      case AgentFrame.PoweringOff off -> poweringOff.complete(off.errno());
      case AgentFrame.Resumed answer -> resumed.take(answer);
      case AgentFrame.Frozen answer -> frozen.take(answer);
      case AgentFrame.Thawed answer -> thawed.take(answer);
      case AgentFrame.ClockRead answer -> clockRead.take(answer);
      case AgentFrame.Refused refused -> throw refusal(refused);
      case AgentFrame.Hello hello -> throw unexpected(hello);
    }
  }

  private void end(SporeException cause) {
    if (!failure.compareAndSet(null, cause)) {
      return;
    }
    closeQuietly(transport);
    poweringOff.completeExceptionally(cause);
    resumed.fail(cause);
    frozen.fail(cause);
    thawed.fail(cause);
    clockRead.fail(cause);
    // A session registered from now on sees the failure itself.
    sessions.values().forEach(session -> session.fail(cause));
    sessions.clear();
  }

  /** The same failure for one more thread, with that thread's own stack trace. */
  static SporeException again(SporeException cause) {
    return new SporeException(cause.code(), String.valueOf(cause.getMessage()), cause);
  }

  private static SporeException interrupted(Exception cause) {
    return new SporeException(
        ErrorCode.STREAM_INTERRUPTED,
        "the connection to the guest agent failed: " + cause.getMessage(),
        cause);
  }

  private static byte[] freshEntropy() {
    byte[] entropy = new byte[AgentLimits.ENTROPY_BYTES];
    new SecureRandom().nextBytes(entropy);
    return entropy;
  }

  private static IOException refusal(AgentFrame.Refused refused) {
    return new IOException(
        "the agent refused it (code %d): %s".formatted(refused.code(), refused.message()));
  }

  private static AgentProtocolException unexpected(AgentFrame frame) {
    return new AgentProtocolException(
        "an unexpected %s frame".formatted(frame.getClass().getSimpleName()));
  }

  private static void closeQuietly(AutoCloseable transport) {
    try {
      transport.close();
    } catch (Exception e) { // AutoCloseable.close declares it
      System.getLogger(AgentClient.class.getName())
          .log(System.Logger.Level.DEBUG, "closing the agent connection failed", e);
    }
  }
}
