package dev.spore.cli;

import dev.spore.format.SporeId;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/** A guest whose command says what the test wants; {@link #close} behaves as the contract says. */
final class FakeGuest implements Guest, GuestLauncher, Guest.Task {
  final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  final CountDownLatch started = new CountDownLatch(1);
  final CountDownLatch stdoutClosed = new CountDownLatch(1);
  final List<Integer> signals = new ArrayList<>();
  final CompletableFuture<byte[]> input = new CompletableFuture<>();
  InputStream stdout = new ByteArrayInputStream(new byte[0]);
  InputStream stderr = new ByteArrayInputStream(new byte[0]);
  boolean endsWithItsInput;
  final List<Path> saves = new ArrayList<>();

  /** What saves fail with, in order; then they succeed. */
  final Deque<SporeException> failingSaves = new ArrayDeque<>();

  boolean shutDown;
  boolean closed;

  /** Prints and ends. */
  static FakeGuest saying(String stdout, String stderr, Outcome outcome) {
    FakeGuest guest = new FakeGuest();
    guest.stdout = new ByteArrayInputStream(stdout.getBytes(StandardCharsets.UTF_8));
    guest.stderr = new ByteArrayInputStream(stderr.getBytes(StandardCharsets.UTF_8));
    guest.outcome.complete(outcome);
    return guest;
  }

  @Override
  public Guest boot(
      RunRequest request, OutputStream console, Timeline timeline, Cancellation canceler) {
    canceler.onCancel(this);
    timeline.mark(Timeline.Mark.FIRST_RUN);
    return this;
  }

  @Override
  public Task start(RunRequest request, TerminalSize size) {
    started.countDown();
    return this;
  }

  @Override
  public SaveReport save(RunRequest.Save save) {
    SporeException failure = failingSaves.poll();
    if (failure != null) {
      throw failure;
    }
    saves.add(save.directory());
    if (!save.goesOn()) {
      outcome.complete(new Outcome.Saved());
    }
    return new SaveReport(SporeId.of(new byte[0]), 2_000_000, 1_000_000, 0, 0, 1, 1, 1, 3_000_000);
  }

  @Override
  public void shutDown() {
    shutDown = true;
  }

  @Override
  public void close() {
    closed = true;
    outcome.completeExceptionally(
        new SporeException(ErrorCode.RUNTIME_EXECUTION_FAILED, "the machine was closed"));
  }

  @Override
  public OutputStream stdin() {
    return new ByteArrayOutputStream() {
      @Override
      public void close() {
        input.complete(toByteArray());
        if (endsWithItsInput) {
          outcome.complete(new Outcome.Exited(0));
        }
      }
    };
  }

  @Override
  public InputStream stdout() {
    return new FilterInputStream(stdout) {
      @Override
      public void close() throws IOException {
        super.close();
        stdoutClosed.countDown();
      }
    };
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public void signal(int number) {
    signals.add(number);
  }

  @Override
  public void resize(TerminalSize size) {}

  @Override
  public void awaitStarted() {}

  @Override
  public Outcome await() throws InterruptedException {
    try {
      return outcome.get();
    } catch (ExecutionException e) {
      throw (SporeException) e.getCause();
    }
  }
}
