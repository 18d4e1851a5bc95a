package dev.spore.vmm.e2e;

import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A command that runs in a guest, its output collected as it comes. */
final class Running {
  private final ExecSession session;
  private final Collected stdout;
  private final Collected stderr;

  Running(ExecSession session) {
    this.session = session;
    this.stdout = new Collected(session.stdout());
    this.stderr = new Collected(session.stderr());
  }

  /** One output stream, read to its end by a thread of its own. */
  private static final class Collected {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();

    Collected(InputStream from) {
      Thread.ofVirtual().start(() -> read(from));
    }

    private void read(InputStream from) {
      byte[] buffer = new byte[64 << 10];
      try {
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
          append(buffer, n);
        }
        whole.complete(bytes.toByteArray());
      } catch (IOException | RuntimeException e) {
        whole.completeExceptionally(e);
      } finally {
        ended();
      }
    }

    private synchronized void append(byte[] buffer, int length) {
      bytes.write(buffer, 0, length);
      notifyAll();
    }

    private synchronized void ended() {
      notifyAll();
    }

    synchronized String awaitText(Predicate<String> wanted) throws InterruptedException {
      long end = System.nanoTime() + Patience.COMMAND.toNanos();
      while (true) {
        String text = bytes.toString(StandardCharsets.UTF_8);
        if (wanted.test(text)) {
          return text;
        }
        long leftMillis = (end - System.nanoTime()) / 1_000_000;
        if (whole.isDone() || leftMillis <= 0) {
          throw new AssertionError("the command never said what was waited for, but: " + text);
        }
        wait(leftMillis);
      }
    }
  }

  ExecSession session() {
    return session;
  }

  /** Waits until stdout so far contains {@code text}; fails if the command ends without it. */
  String awaitOutput(String text) throws InterruptedException {
    return stdout.awaitText(all -> all.contains(text));
  }

  /** Sends text to the command's stdin. */
  Running type(String text) {
    try {
      session.stdin().write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Running endInput() {
    try {
      session.stdin().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Waits for the command's end and the end of both streams. */
  Ran await() throws Exception {
    ExecResult result = session.onExit().get(Patience.COMMAND.toMillis(), TimeUnit.MILLISECONDS);
    return new Ran(result, whole(stdout), whole(stderr));
  }

  private static byte[] whole(Collected stream) throws Exception {
    return stream.whole.get(Patience.COMMAND.toMillis(), TimeUnit.MILLISECONDS);
  }
}
