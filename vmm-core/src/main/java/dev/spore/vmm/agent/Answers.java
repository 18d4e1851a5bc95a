package dev.spore.vmm.agent;

import dev.spore.vmm.SporeException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What waits for the agent's answers to one kind of request. They come in the order of the
 * requests, also those nobody waits for any more. Any thread; requests of one kind by one at a
 * time.
 */
final class Answers<T> {
  private final String name;
  private final Queue<CompletableFuture<T>> waiting = new ConcurrentLinkedQueue<>();

  /**
   * @param name of the answer's frame
   */
  Answers(String name) {
    this.name = name;
  }

  /** Called before the request is sent. */
  CompletableFuture<T> expect() {
    CompletableFuture<T> answer = new CompletableFuture<>();
    waiting.add(answer);
    return answer;
  }

  void take(T answer) throws AgentProtocolException {
    CompletableFuture<T> next = waiting.poll();
    if (next == null) {
      throw new AgentProtocolException("an unexpected %s frame".formatted(name));
    }
    next.complete(answer);
  }

  /** None will come. */
  void fail(SporeException cause) {
    waiting.forEach(answer -> answer.completeExceptionally(cause));
  }
}
