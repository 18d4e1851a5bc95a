package dev.spore.vmm.vcpu;

import dev.spore.kvm.Errno;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.KvmExit;
import dev.spore.kvm.RunPage;
import dev.spore.kvm.Signals;
import dev.spore.kvm.VcpuFd;
import dev.spore.vmm.MachineExit;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One vCPU: a platform thread that does nothing but KVM_RUN and its exits.
 *
 * <p>{@link #start}, {@link #stop} and {@link #join} may be called from any thread; everything else
 * happens on the vCPU thread.
 */
public final class Vcpu {
  private static final long KICK_AGAIN_MILLIS = 2;

  private final VcpuFd fd;
  private final RunPage page;
  private final VcpuExits exits;
  private final ExitHandler handler;
  private final VcpuMetrics metrics = new VcpuMetrics();
  private final CountDownLatch started = new CountDownLatch(1);
  private final Thread thread;

  /** Set by {@link #stop}, read by the vCPU thread between entries. */
  private volatile boolean stopping;

  /** Set by {@link #requestPause}, read by the vCPU thread between entries. */
  private volatile boolean pausing;

  /** Guards {@link #parked}; its waiters are the thread itself and who waits for it. */
  private final Object gate = new Object();

  private boolean parked;

  /** Kernel thread id while the thread runs, else 0; published before {@link #started}. */
  private volatile int tid;

  private @Nullable Runnable beforeFirstRun;

  public Vcpu(int id, VcpuFd fd, VcpuExits exits) {
    this.fd = fd;
    this.page = fd.runPage();
    this.exits = exits;
    this.handler = new ExitHandler(id, fd, exits);
    this.thread = Thread.ofPlatform().name("vcpu-" + id).daemon().unstarted(this::runUntilStopped);
  }

  /**
   * Starts the thread.
   *
   * @param beforeFirstRun called on it right before the first KVM_RUN
   */
  public void start(Runnable beforeFirstRun) {
    this.beforeFirstRun = beforeFirstRun;
    thread.start();
  }

  /**
   * Takes the thread out of KVM_RUN for good. Does not wait. A thread that has not published its id
   * yet sees {@link #stopping} before its first entry. Exits are not acted on any more: memory that
   * was lost looks like a device to a guest that is on its way out.
   */
  public void stop() {
    stopping = true;
    kick();
    synchronized (gate) {
      gate.notifyAll();
    }
  }

  /**
   * Asks the thread to park outside the guest, with every exit completed, so that the state KVM
   * shows is that of an instruction boundary. Does not wait.
   */
  public void requestPause() {
    pausing = true;
    kick();
  }

  /**
   * Waits until the thread has parked or ended.
   *
   * @return false when it has not by {@code deadlineNanos} ({@link System#nanoTime()})
   */
  public boolean awaitParked(long deadlineNanos) throws InterruptedException {
    while (true) {
      synchronized (gate) {
        if (parked || !thread.isAlive()) {
          return true;
        }
        gate.wait(KICK_AGAIN_MILLIS);
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        return false;
      }
      kick();
    }
  }

  /** Lets a parked thread, or one asked to park, go on. */
  public void resume() {
    synchronized (gate) {
      pausing = false;
      gate.notifyAll();
    }
  }

  private void kick() {
    int target = tid;
    if (target != 0) {
      fd.kick(target);
    }
  }

  /**
   * Waits until the thread has ended, kicking it out of KVM_RUN as often as needed: a kick that
   * lands between the check and the entry is caught by immediate_exit, one that lands before
   * immediate_exit is visible by the next kick. Returns at once if it was never started.
   */
  public void join() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        started.await();
        kick();
        thread.join(Duration.ofMillis(KICK_AGAIN_MILLIS));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  public VcpuMetrics metrics() {
    return metrics;
  }

  private void runUntilStopped() {
    tid = Signals.currentTid();
    started.countDown();
    try {
      Runnable first = beforeFirstRun;
      if (first != null) {
        first.run();
      }
      loop();
    } catch (KvmException e) {
      exits.ended().accept(new MachineExit.Fault(e.getMessage() + "; see the kernel log"));
    } catch (InterruptedException | RuntimeException | Error e) {
      exits.ended().accept(new MachineExit.Fault("internal error on a vCPU thread: " + e));
    } finally {
      tid = 0;
      synchronized (gate) {
        gate.notifyAll();
      }
    }
  }

  private void loop() throws InterruptedException {
    long outside = System.nanoTime();
    while (!stopping) {
      if (pausing) {
        if (!completeExits()) {
          return;
        }
        if (handler.atBoundary()) {
          park();
          outside = System.nanoTime();
          continue;
        }
        page.setImmediateExit(false);
      }
      handler.entering();
      long entered = System.nanoTime();
      int errno = fd.run();
      long left = System.nanoTime();
      metrics.add(entered - outside, left - entered);
      outside = left;
      switch (errno) {
        case 0 -> {
          int reason = page.exitReason();
          metrics.count(reason);
          if (stopping || !handler.handle(reason)) {
            return;
          }
        }
        case Errno.EINTR -> {
          metrics.count(KvmExit.INTR);
          // Whoever kicked has set its flag before; it is looked at next.
          page.setImmediateExit(false);
        }
        case Errno.EAGAIN -> LockSupport.parkNanos(100_000);
        default -> throw new KvmException("KVM_RUN", errno, thread.getName());
      }
    }
  }

  /**
   * KVM finishes an instruction that left for user space only at the next entry: enters with
   * immediate_exit until nothing is left to finish. An instruction may leave more than once.
   *
   * @return false when the machine has ended
   */
  private boolean completeExits() {
    while (true) {
      page.setImmediateExit(true);
      int errno = fd.run();
      switch (errno) {
        case 0 -> {
          int reason = page.exitReason();
          metrics.count(reason);
          if (stopping || !handler.handle(reason)) {
            return false;
          }
        }
        // EAGAIN: a processor that waits to be started has nothing to finish.
        case Errno.EINTR, Errno.EAGAIN -> {
          return true;
        }
        default -> throw new KvmException("KVM_RUN", errno, thread.getName());
      }
    }
  }

  private void park() throws InterruptedException {
    synchronized (gate) {
      parked = true;
      gate.notifyAll();
      while (pausing && !stopping) {
        gate.wait();
      }
      parked = false;
    }
    page.setImmediateExit(false);
  }
}
