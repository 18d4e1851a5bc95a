package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One {@code spore fanout} from checked plan to exit status. A thread for each child that runs
 * boots it, starts its command and waits; two more move its output.
 */
final class FanoutSession {
  private final FanoutPlan plan;
  private final GuestLauncher launcher;
  private final HostStreams host;

  /** Why all children end together. */
  private final Cancellation all = new Cancellation();

  /** Those of the children that run now. */
  private final Set<Cancellation> running = ConcurrentHashMap.newKeySet();

  /** As many children come up at once as there are processors: more only hold each other up. */
  private final Semaphore starting = new Semaphore(Runtime.getRuntime().availableProcessors());

  /** The reason that is none of our failing. */
  private final SporeException timeUp;

  FanoutSession(FanoutPlan plan, GuestLauncher launcher, HostStreams host) {
    this.plan = plan;
    this.launcher = launcher;
    this.host = host;
    this.timeUp = timeUp(plan.within());
    all.onCancel(this::endChildren);
  }

  /**
   * Runs it all. A child that fails ends alone.
   *
   * @return 0, or the exit status of the first child, in order, that did not end with 0
   * @throws SporeException all children were ended by a signal, or their output was lost; nothing
   *     is left running
   */
  int run() throws InterruptedException {
    try {
      FanoutOutput output = openOutput();
      List<Integer> statuses;
      try (HostSignals _ =
              new HostSignals(all, host, new RunSave(null, host, new Timeline(), all));
          Deadline _ = deadline()) {
        statuses = runAll(output);
      }
      int status = statuses.stream().filter(s -> s != 0).findFirst().orElse(0);
      int succeeded = (int) statuses.stream().filter(s -> s == 0).count();
      SporeException reason = reason();
      output.ended(
          new FanoutOutput.Result(
              statuses.size(),
              succeeded,
              reason == null ? status : reason.code().exitStatus(),
              reason));
      if (reason != null) {
        throw reason;
      }
      return status;
    } catch (IOException e) {
      throw RunSession.outputLost("standard output", e);
    }
  }

  private FanoutOutput openOutput() throws IOException {
    List<FanoutChildren.Child> children = plan.children().list();
    return switch (plan.command().mode()) {
      case PASS_THROUGH -> new FanoutText(host, children.getLast().number());
      case JSON -> new FanoutJson(host.stdout(), children.size());
      case EVENTS -> new FanoutEvents(host.stdout());
    };
  }

  private List<Integer> runAll(FanoutOutput output) throws InterruptedException {
    List<Future<Integer>> ends = new ArrayList<>();
    int threads = Math.min(plan.parallel(), plan.children().list().size());
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("spore-child-", 0).factory())) {
      plan.children().list().forEach(child -> ends.add(pool.submit(() -> run(child, output))));
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> end : ends) {
        statuses.add(end.get());
      }
      return statuses;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a child's failure is its status", e);
    }
  }

  /** Runs one child to its end, whatever that is, and reports it. */
  private int run(FanoutChildren.Child child, FanoutOutput outputs) {
    RunOutput output = outputs.child(child.number());
    Timeline timeline = new Timeline();
    Cancellation cancellation = new Cancellation();
    running.add(cancellation);
    try {
      RunRequest request = plan.command().in(child.spore(), child.sibling());
      Guest.Outcome outcome = execute(request, output, timeline, cancellation);
      timeline.mark(Timeline.Mark.CLOSED);
      RunResult result = RunResult.of(request, outcome, null, timeline);
      output.completed(result);
      return result.exitStatus();
    } catch (IOException e) {
      return failed(output, RunSession.outputLost("the output", e), timeline);
    } catch (SporeException e) {
      return failed(output, Objects.requireNonNullElse(cancellation.reason(), e), timeline);
    } catch (InterruptedException | RuntimeException | Error e) {
      SporeException failure =
          new SporeException(ErrorCode.RUNTIME_EXECUTION_FAILED, "internal error: " + e, e);
      return failed(output, failure, timeline);
    } finally {
      running.remove(cancellation);
    }
  }

  private int failed(RunOutput output, SporeException failure, Timeline timeline) {
    if (failure.code() == ErrorCode.STREAM_INTERRUPTED) {
      // All write to the same place.
      all.cancel(failure);
    }
    try {
      output.failed(failure, timeline);
    } catch (IOException e) {
      all.cancel(RunSession.outputLost("the output", e));
    }
    return failure.code().exitStatus();
  }

  private Guest.Outcome execute(
      RunRequest request, RunOutput output, Timeline timeline, Cancellation cancellation)
      throws IOException, InterruptedException {
    try (Turn turn = Turn.of(starting, all);
        ConsoleLog console = ConsoleLog.open(null, cancellation);
        Guest guest = launcher.boot(request, console, timeline, cancellation)) {
      cancellation.check();
      timeline.mark(Timeline.Mark.AGENT_READY);
      output.ready();
      Guest.Task task = guest.start(request, Guest.TerminalSize.DEFAULT);
      timeline.mark(Timeline.Mark.EXEC_STARTED);
      boolean pass = request.mode() == OutputMode.PASS_THROUGH;
      OutputPump stdout =
          OutputPump.start(RunOutput.Stream.STDOUT, task, output, pass, cancellation);
      OutputPump stderr =
          OutputPump.start(RunOutput.Stream.STDERR, task, output, pass, cancellation);
      task.awaitStarted();
      turn.end();
      Guest.Outcome outcome = task.await();
      timeline.mark(Timeline.Mark.EXITED);
      stdout.drain();
      stderr.drain();
      cancellation.check();
      return outcome;
    }
  }

  /** The right to come up; given back once, when the command runs or the child has ended. */
  private static final class Turn implements AutoCloseable {
    private final Semaphore from;
    private final AtomicBoolean over = new AtomicBoolean();

    private Turn(Semaphore from) {
      this.from = from;
    }

    static Turn of(Semaphore from, Cancellation all) throws InterruptedException {
      all.check();
      from.acquire();
      Turn turn = new Turn(from);
      if (all.reason() != null) {
        turn.end();
        all.check();
      }
      return turn;
    }

    @Override
    public void close() {
      end();
    }

    void end() {
      if (over.compareAndSet(false, true)) {
        from.release();
      }
    }
  }

  private void endChildren() {
    SporeException why = all.reason();
    if (why != null) {
      running.forEach(child -> child.cancel(why));
    }
  }

  private Deadline deadline() {
    Duration within = plan.within();
    return within == null ? Deadline.none() : Deadline.start(within, () -> all.cancel(timeUp));
  }

  private static SporeException timeUp(@Nullable Duration within) {
    return new SporeException(
        ErrorCode.OPERATION_CANCELED,
        "it did not end within %s; raise --for to give all of them longer"
            .formatted(within == null ? "its time" : Durations.show(within)));
  }

  /** What ended all children, if that is a failure of the whole; running out of time is not. */
  private @Nullable SporeException reason() {
    SporeException why = all.reason();
    return timeUp.equals(why) ? null : why;
  }
}
