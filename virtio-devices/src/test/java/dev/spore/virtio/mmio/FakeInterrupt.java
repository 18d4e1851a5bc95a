package dev.spore.virtio.mmio;

import dev.spore.virtio.Interrupt;
import java.util.concurrent.Semaphore;

/** An interrupt line that remembers its level, and lets a driver wait for a rising. */
public final class FakeInterrupt implements Interrupt {
  private final Semaphore risings = new Semaphore(0);
  private volatile boolean up;
  private volatile int raises;

  /** A line that is down. */
  public FakeInterrupt() {}

  @Override
  public synchronized void raise() {
    up = true;
    raises++;
    risings.release();
  }

  @Override
  public synchronized void lower() {
    up = false;
  }

  public boolean isUp() {
    return up;
  }

  public int raises() {
    return raises;
  }

  /** Waits for one rising not waited for before. */
  public void awaitRising() throws InterruptedException {
    risings.acquire();
  }
}
