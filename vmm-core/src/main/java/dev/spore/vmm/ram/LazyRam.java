package dev.spore.vmm.ram;

import dev.spore.cas.ChunkException;
import dev.spore.cas.ChunkId;
import dev.spore.format.hint.WorkingSet;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.Userfault;
import dev.spore.virtio.memory.Residency;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * RAM whose chunks are read, proven and put in place when somebody needs them.
 *
 * <p>A vCPU, or the kernel on its behalf, that touches what is missing waits in the kernel for one
 * of the fault threads. Java code asks first ({@link #require}) and never waits in the kernel: it
 * would hold up every garbage collection, the fault threads could be waiting for one, and nothing
 * would ever move again. For the same reason no thread here touches guest memory: chunks are read
 * into buffers, and the kernel copies them.
 *
 * <p>Whoever finds a chunk missing claims it and loads it; others who need it wait for that.
 *
 * <p>A chunk that cannot be had ends the machine: first the owner is told, who has every vCPU leave
 * the guest for good, then the chunk is made untouchable and who waits for it woken. The vCPU's
 * access fails inside KVM_RUN, so that no guest instruction ever sees bytes the saved guest did not
 * have. (Zeroes would be seen. A poisoned page would send this process SIGBUS.)
 */
final class LazyRam implements Residency, AutoCloseable {
  private static final int MISSING = 0;

  /** Claimed by one thread. */
  private static final int LOADING = 1;

  private static final int PRESENT = 2;
  private static final int FAILED = 3;

  private final RamImage image;
  private final RamChunks chunks;
  private final List<Mapping> mappings;
  private final Userfault userfault;
  private final Consumer<SporeException> onFailure;
  private final TouchLog touched;
  private final AtomicIntegerArray states;
  private final ChunkBuffers buffers = new ChunkBuffers(RamLimits.BUFFERS);

  /** Loads somebody waits for; the prefetch stands back for them. */
  private final AtomicInteger demands = new AtomicInteger();

  private final List<Thread> threads = new ArrayList<>();

  /** Notified whenever a chunk stops being {@link #LOADING}. */
  private final Object arrivals = new Object();

  /** One failure at a time, so that nobody is woken before the owner has been told. */
  private final Object failing = new Object();

  /** Set once, under {@link #failing}. */
  private volatile @Nullable SporeException failure;

  /** Nothing is missing any more, and the kernel watches nothing. */
  private volatile boolean complete;

  private volatile boolean closed;

  private LazyRam(
      RamImage image,
      List<Mapping> mappings,
      Userfault userfault,
      TouchLog touched,
      Consumer<SporeException> onFailure) {
    this.image = image;
    this.chunks = new RamChunks(image.layout());
    this.mappings = mappings;
    this.userfault = userfault;
    this.touched = touched;
    this.onFailure = onFailure;
    this.states = new AtomicIntegerArray(chunks.count());
  }

  /**
   * Begins to fill {@code mappings}, which nobody has touched. Reads nothing yet.
   *
   * @param userfault of its own; closed with this
   * @param onFailure told once, by any thread, when a chunk cannot be had. On return every vCPU
   *     must have been asked to leave the guest, and must not act on the exit it leaves with; it
   *     must not wait for them, or for this
   */
  static LazyRam start(
      RamImage image,
      List<Mapping> mappings,
      Userfault userfault,
      TouchLog touched,
      Consumer<SporeException> onFailure) {
    LazyRam ram = new LazyRam(image, mappings, userfault, touched, onFailure);
    mappings.forEach(userfault::register);
    for (int i = 0; i < RamLimits.FAULT_THREADS; i++) {
      ram.startThread("ram-fault-" + i, ram::serveFaults);
    }
    return ram;
  }

  /**
   * Begins to fetch what nobody asked for yet, and ends the watching when all is there.
   *
   * @param first chunks to fetch before the others
   * @param restAfter how long to leave the others alone, see {@link Prefetch}
   */
  void prefetch(BitSet first, Duration restAfter) {
    startThread("ram-prefetch", new Prefetch(this, first, restAfter));
  }

  private void startThread(String name, Runnable work) {
    threads.add(Thread.ofPlatform().daemon().name(name).start(work));
  }

  /** What was touched soon after the start, as far as it is known by now. */
  WorkingSet workingSet() {
    return touched.workingSet(image.sizeBytes());
  }

  /** Chunks that somebody needed or the prefetch brought; what is not among them is as saved. */
  BitSet arrived() {
    BitSet arrived = new BitSet(chunks.count());
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      arrived.set(chunk, states.get(chunk) != MISSING);
    }
    return arrived;
  }

  RamImage image() {
    return image;
  }

  boolean isComplete() {
    return complete;
  }

  boolean isEnding() {
    return closed || failure != null;
  }

  /** Whether somebody waits for a chunk at this moment. */
  boolean isWanted() {
    return demands.get() > 0;
  }

  /**
   * {@inheritDoc}
   *
   * @throws SporeException if they cannot be had; the owner has been told
   * @throws IllegalStateException once closed
   */
  @Override
  public void require(int regionIndex, long offsetBytes, long lengthBytes) {
    if (complete) {
      return;
    }
    int last = chunks.at(regionIndex, offsetBytes + lengthBytes - 1);
    for (int chunk = chunks.at(regionIndex, offsetBytes); chunk <= last; chunk++) {
      if (states.get(chunk) != PRESENT) {
        bring(chunk);
      }
    }
  }

  private void bring(int chunk) {
    int state = states.get(chunk);
    while (state != PRESENT) {
      SporeException reason = failure;
      if (state == FAILED && reason != null) {
        throw new SporeException(reason.code(), String.valueOf(reason.getMessage()), reason);
      }
      if (closed || state == FAILED) {
        throw new IllegalStateException("guest RAM is closed");
      }
      if (state == LOADING) {
        awaitArrival(chunk);
      } else {
        loadOnDemand(chunk);
      }
      state = states.get(chunk);
    }
  }

  /** Returns when the chunk is not being loaded; an interrupt is kept for later. */
  private void awaitArrival(int chunk) {
    boolean interrupted = false;
    synchronized (arrivals) {
      while (states.get(chunk) == LOADING) {
        try {
          arrivals.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void serveFaults() {
    Userfault.Fault fault = new Userfault.Fault();
    try {
      while (userfault.await(fault)) {
        int chunk = chunks.at(fault.region(), fault.offsetBytes());
        // Whoever is loading it will wake the waiter; of what is there by now, nobody will.
        if (!loadOnDemand(chunk) && states.get(chunk) != LOADING) {
          wake(fault.region(), fault.offsetBytes(), Mapping.PAGE_BYTES);
        }
      }
    } catch (RuntimeException | Error e) {
      if (!closed && !complete) {
        failEverythingMissing(e);
      }
    }
  }

  /** Loads a chunk somebody waits for, unless another thread has claimed it. */
  private boolean loadOnDemand(int chunk) {
    demands.incrementAndGet();
    try {
      if (!loadIfMissing(chunk)) {
        return false;
      }
      touched.add(chunk);
      return true;
    } finally {
      demands.decrementAndGet();
    }
  }

  /**
   * Loads a chunk unless another thread has claimed it.
   *
   * @return whether this call dealt with it, for better or worse
   */
  boolean loadIfMissing(int chunk) {
    if (!states.compareAndSet(chunk, MISSING, LOADING)) {
      return false;
    }
    try {
      place(chunk);
      leaveLoading(chunk, PRESENT);
    } catch (RuntimeException | Error e) {
      fail(chunk, e);
    }
    return true;
  }

  private void leaveLoading(int chunk, int state) {
    synchronized (arrivals) {
      states.set(chunk, state);
      arrivals.notifyAll();
    }
  }

  private void place(int chunk) {
    int region = chunks.region(chunk);
    long offset = chunks.offset(chunk);
    ChunkId id = image.index().id(chunk).orElse(null);
    if (id == null) {
      userfault.zero(region, offset, RamImage.CHUNK_BYTES);
      return;
    }
    MemorySegment buffer = buffers.take();
    try {
      readThroughInterrupts(id, buffer);
      userfault.copy(region, offset, buffer);
    } finally {
      buffers.give(buffer);
    }
  }

  /** An interrupt breaks off Java's file input, but is no reason to end the machine. */
  private void readThroughInterrupts(ChunkId id, MemorySegment buffer) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          image.chunks().read(id, buffer);
          return;
        } catch (ChunkException e) {
          if (e.kind() != ChunkException.Kind.IO || !Thread.interrupted()) {
            throw e;
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void failEverythingMissing(Throwable cause) {
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      if (states.compareAndSet(chunk, MISSING, LOADING)) {
        fail(chunk, cause);
      }
    }
  }

  private void fail(int chunk, Throwable cause) {
    synchronized (failing) {
      try {
        if (!closed) {
          tell(cause);
          makeUntouchable(chunk);
        }
      } finally {
        leaveLoading(chunk, FAILED);
      }
      wake(chunks.region(chunk), chunks.offset(chunk), RamImage.CHUNK_BYTES);
    }
  }

  /** Should that fail, zeroes: vCPUs on their way out get as far as one instruction with them. */
  private void makeUntouchable(int chunk) {
    int region = chunks.region(chunk);
    long offset = chunks.offset(chunk);
    try {
      mappings.get(region).forbid(offset, RamImage.CHUNK_BYTES);
    } catch (KvmException e) {
      log().log(System.Logger.Level.ERROR, "a lost chunk of guest memory is left as zeroes", e);
      userfault.zero(region, offset, RamImage.CHUNK_BYTES);
    }
  }

  private void tell(Throwable cause) {
    if (failure != null) {
      return;
    }
    SporeException reason =
        cause instanceof ChunkException bad
            ? ChunkWork.failure(bad)
            : new SporeException(
                ErrorCode.RUNTIME_EXECUTION_FAILED,
                "guest memory cannot be brought in: %s; see the kernel log".formatted(cause),
                cause);
    failure = reason;
    try {
      onFailure.accept(reason);
    } catch (RuntimeException e) {
      log().log(System.Logger.Level.ERROR, "stopping a machine that lost its memory failed", e);
    }
  }

  /** Nobody waits any more when the watching has ended meanwhile: that wakes everybody. */
  private void wake(int region, long offset, long lengthBytes) {
    try {
      userfault.wake(region, offset, lengthBytes);
    } catch (KvmException e) {
      if (!closed && !complete) {
        throw e;
      }
    }
  }

  /**
   * With every chunk present that is not zero, leaves the rest to the kernel, which knows zeroes.
   * Chunks still missing are claimed first, so that nobody thinks them present, or brings them,
   * while they are neither watched nor not.
   */
  void finish() {
    BitSet mine = new BitSet(chunks.count());
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      while (states.get(chunk) != PRESENT && !mine.get(chunk)) {
        if (isEnding()) {
          giveBack(mine);
          return;
        }
        if (states.compareAndSet(chunk, MISSING, LOADING)) {
          mine.set(chunk);
        } else {
          awaitArrival(chunk);
        }
      }
    }
    try {
      for (int region = 0; region < mappings.size(); region++) {
        userfault.unregister(region);
      }
    } catch (KvmException e) {
      // Closed meanwhile, or the kernel refuses: going on watching is as correct.
      giveBack(mine);
      return;
    }
    complete = true;
    mine.stream().forEach(chunk -> leaveLoading(chunk, PRESENT));
    userfault.close();
    mappings.forEach(Mapping::adviseHugePages);
  }

  /** Lets others deal with chunks claimed but not loaded. */
  private void giveBack(BitSet mine) {
    mine.stream().forEach(chunk -> leaveLoading(chunk, MISSING));
    for (int region = 0; region < mappings.size(); region++) {
      wake(region, 0, mappings.get(region).sizeBytes());
    }
  }

  /**
   * Ends the filling. No vCPU and no device may use the memory any more: what is missing cannot be
   * told from zeroes then. Idempotent; not from a thread of this or from {@code onFailure}.
   */
  @Override
  public void close() {
    closed = true;
    userfault.close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looked up when there is something to say: the first logger of a program costs it 20 ms. */
  private static System.Logger log() {
    return System.getLogger(LazyRam.class.getName());
  }
}
