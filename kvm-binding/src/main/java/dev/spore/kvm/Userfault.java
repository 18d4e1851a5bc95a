package dev.spore.kvm;

import dev.spore.kvm.UserfaultLayout.Api;
import dev.spore.kvm.UserfaultLayout.Copy;
import dev.spore.kvm.UserfaultLayout.Message;
import dev.spore.kvm.UserfaultLayout.Range;
import dev.spore.kvm.UserfaultLayout.Register;
import dev.spore.kvm.UserfaultLayout.ZeroPage;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Fills anonymous memory when it is first touched (userfaultfd(2), missing mode). Thread-safe.
 *
 * <p>A thread that touches a missing page waits inside the kernel until somebody brings it. A
 * thread that runs Java code must therefore never be the one: while it waits no garbage collection
 * can begin, and the one who would bring the page could be waiting for one. vCPUs, and the kernel
 * on their behalf, are in native state and may.
 *
 * <p>Pages that are given back to the host ({@link Mapping#discard}) are missing again.
 */
public final class Userfault implements AutoCloseable {
  private static final Path DEVICE = Path.of("/dev/userfaultfd");
  private static final String OBJECT = "userfaultfd";

  /** Where a fault happened; refilled by each {@link #await}, so that waiting allocates nothing. */
  public static final class Fault {
    private int region;
    private long offsetBytes;

    /** Of no fault yet. */
    public Fault() {
      region = -1;
    }

    /** What {@link #register} returned. */
    public int region() {
      return region;
    }

    /** Of the page, from the start of the mapping. */
    public long offsetBytes() {
      return offsetBytes;
    }
  }

  private final Fd fd;
  private final EventFd end = EventFd.create();
  private final List<Mapping> regions = new CopyOnWriteArrayList<>();

  private Userfault(int number) {
    fd = new Fd(number, OBJECT, this::forgetRegions);
  }

  /**
   * One that sees the faults of guests and of the kernel.
   *
   * @throws UserfaultUnavailableException if this process may not have one
   */
  public static Userfault open() {
    int flags = Sys.O_CLOEXEC | Sys.O_NONBLOCK;
    long result = LibC.syscall(Sys.SYS_userfaultfd, flags, 0, 0);
    if (result == -Errno.ENOSYS) {
      throw new UserfaultUnavailableException(
          UserfaultUnavailableException.Reason.UNSUPPORTED, OBJECT, Errno.ENOSYS);
    }
    if (result == -Errno.EPERM) {
      return open(DEVICE);
    }
    return agree((int) LibC.check(result, OBJECT, "this process"));
  }

  /** One from the device, whose mode says who may. */
  static Userfault open(Path path) {
    long opened = Host.tryOpen(path, Sys.O_RDWR);
    if (LibC.failed(opened)) {
      throw new UserfaultUnavailableException(
          UserfaultUnavailableException.Reason.FORBIDDEN, "open", (int) -opened);
    }
    Fd device = new Fd((int) opened, path.toString());
    try {
      long flags = Sys.O_CLOEXEC | Sys.O_NONBLOCK;
      return agree(
          (int) device.ioctl("USERFAULTFD_IOC_NEW", UserfaultIoctl.USERFAULTFD_IOC_NEW, flags));
    } finally {
      device.close();
    }
  }

  private static Userfault agree(int number) {
    Userfault made = new Userfault(number);
    MemorySegment api = Scratch.zeroed(Api.SIZE);
    Field.put64(api, Api.API, UserfaultIoctl.UFFD_API);
    long result = made.fd.tryIoctl("UFFDIO_API", UserfaultIoctl.UFFDIO_API, api.address());
    if (LibC.failed(result)) {
      made.close();
      throw new UserfaultUnavailableException(
          UserfaultUnavailableException.Reason.UNSUPPORTED, "UFFDIO_API", (int) -result);
    }
    return made;
  }

  /**
   * Watches all of a private anonymous mapping, which stays mapped until this is closed.
   *
   * @return its number: 0, 1 and so on
   */
  public synchronized int register(Mapping memory) {
    memory.retain();
    boolean accepted = false;
    try {
      MemorySegment request = Scratch.zeroed(Register.SIZE);
      Field.put64(request, Register.START, memory.address(0, memory.sizeBytes()));
      Field.put64(request, Register.LENGTH, memory.sizeBytes());
      Field.put64(request, Register.MODE, UserfaultIoctl.UFFDIO_REGISTER_MODE_MISSING);
      fd.ioctl("UFFDIO_REGISTER", UserfaultIoctl.UFFDIO_REGISTER, request);
      accepted = true;
    } finally {
      if (!accepted) {
        memory.release();
      }
    }
    regions.add(memory);
    return regions.size() - 1;
  }

  /**
   * Waits for a fault, in native state. Several threads may; each fault goes to one of them.
   *
   * @return false once closed
   */
  public boolean await(Fault fault) {
    while (true) {
      int number = fd.tryAcquire();
      if (number < 0) {
        return false;
      }
      try {
        awaitEvent(number);
        if (fd.isClosed()) {
          return false;
        }
        if (take(number, fault)) {
          return true;
        }
      } finally {
        fd.release();
      }
    }
  }

  private void awaitEvent(int number) {
    Fd bell = end.descriptor();
    int bellNumber = bell.tryAcquire();
    if (bellNumber < 0) {
      return;
    }
    try {
      Poll.await(new int[] {number, bellNumber}, Poll.IN, Poll.FOREVER);
    } finally {
      bell.release();
    }
  }

  /** Whether there was a fault to take: another thread may have been quicker. */
  private boolean take(int number, Fault fault) {
    MemorySegment message = Scratch.zeroed(Message.SIZE);
    long result = LibC.syscall(Sys.SYS_read, number, message.address(), Message.SIZE);
    if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
      return false;
    }
    LibC.check(result, "read", OBJECT);
    if (Field.u8(message, Message.EVENT) != UserfaultIoctl.UFFD_EVENT_PAGEFAULT) {
      return false;
    }
    long address = Field.u64(message, Message.ADDRESS);
    for (int i = 0; i < regions.size(); i++) {
      long offset = address - regions.get(i).address(0, 0);
      if (offset >= 0 && offset < regions.get(i).sizeBytes()) {
        fault.region = i;
        fault.offsetBytes = offset & -Mapping.PAGE_BYTES;
        return true;
      }
    }
    throw new IllegalStateException("a fault outside every watched mapping");
  }

  /**
   * Brings pages with the content of {@code source} and wakes who waits for them. Pages that are
   * there already stay as they are.
   *
   * @param offset multiple of the page size
   * @param source native memory, a multiple of the page size; it must not be freed meanwhile
   */
  public void copy(int region, long offset, MemorySegment source) {
    if (!source.isNative()) {
      throw new IllegalArgumentException("pages come from native memory only");
    }
    long target = regions.get(region).address(offset, source.byteSize());
    fill(
        target,
        source.byteSize(),
        (done, left) -> {
          MemorySegment request = Scratch.zeroed(Copy.SIZE);
          Field.put64(request, Copy.TARGET, target + done);
          Field.put64(request, Copy.SOURCE, source.address() + done);
          Field.put64(request, Copy.LENGTH, left);
          long result = fd.tryIoctl("UFFDIO_COPY", UserfaultIoctl.UFFDIO_COPY, request.address());
          return outcome("UFFDIO_COPY", result, left, Field.u64(request, Copy.DONE));
        });
  }

  /** As {@link #copy}, with zeroes. */
  public void zero(int region, long offset, long lengthBytes) {
    long target = regions.get(region).address(offset, lengthBytes);
    fill(
        target,
        lengthBytes,
        (done, left) -> {
          MemorySegment request = Scratch.zeroed(ZeroPage.SIZE);
          Field.put64(request, ZeroPage.START, target + done);
          Field.put64(request, ZeroPage.LENGTH, left);
          long result =
              fd.tryIoctl("UFFDIO_ZEROPAGE", UserfaultIoctl.UFFDIO_ZEROPAGE, request.address());
          return outcome("UFFDIO_ZEROPAGE", result, left, Field.u64(request, ZeroPage.DONE));
        });
  }

  @FunctionalInterface
  private interface Step {
    /** Fills from {@code done} on; how many bytes came, or {@link #PRESENT}. */
    long apply(long done, long left);
  }

  /** The first page of a step was there. */
  private static final long PRESENT = -1;

  private void fill(long target, long length, Step step) {
    long done = 0;
    boolean found = false;
    while (done < length) {
      long came = step.apply(done, length - done);
      if (came == PRESENT) {
        found = true;
        came = Mapping.PAGE_BYTES;
      }
      done += came;
    }
    if (found) {
      // Only the pages that came woke somebody.
      wake(target, length);
    }
  }

  /** The kernel stops half way when the address space changes under it. */
  private static long outcome(String call, long result, long left, long done) {
    if (result == 0) {
      return left;
    }
    if (result == -Errno.EEXIST) {
      return PRESENT;
    }
    if (result == -Errno.EAGAIN) {
      return Math.max(0, done);
    }
    return LibC.check(result, call, OBJECT);
  }

  /** Has whoever waits for a page of the range try again. */
  public void wake(int region, long offset, long lengthBytes) {
    wake(regions.get(region).address(offset, lengthBytes), lengthBytes);
  }

  private void wake(long start, long length) {
    fd.ioctl("UFFDIO_WAKE", UserfaultIoctl.UFFDIO_WAKE, range(start, length));
  }

  /** Ends watching a mapping; pages still missing are zeroes from now on, as in any other. */
  public void unregister(int region) {
    Mapping memory = regions.get(region);
    MemorySegment range = range(memory.address(0, memory.sizeBytes()), memory.sizeBytes());
    fd.ioctl("UFFDIO_UNREGISTER", UserfaultIoctl.UFFDIO_UNREGISTER, range);
  }

  private static MemorySegment range(long start, long length) {
    MemorySegment range = Scratch.zeroed(Range.SIZE);
    Field.put64(range, Range.START, start);
    Field.put64(range, Range.LENGTH, length);
    return range;
  }

  private void forgetRegions() {
    regions.forEach(Mapping::release);
  }

  /**
   * Ends {@link #await}, and watching: who waits for a page finds zeroes, so that nobody who still
   * needs the right ones may be left. Idempotent, any thread.
   */
  @Override
  public void close() {
    if (fd.close()) {
      end.close();
    }
  }
}
