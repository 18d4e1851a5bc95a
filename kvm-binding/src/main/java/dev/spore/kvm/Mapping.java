package dev.spore.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One region of this process's memory from mmap(2), for guest RAM and images.
 *
 * <p>Any thread may access {@link #segment()}. {@link #close()} ends access at once (later ones
 * throw {@link IllegalStateException}); the region is unmapped then, or, while a VM still has it as
 * a memory slot, when the last descriptor of that VM is closed. It is never unmapped twice.
 */
public final class Mapping implements AutoCloseable {
  /** Bytes of one page: every offset and size here is a multiple of it. */
  public static final long PAGE_BYTES = 4096;

  private final long address;
  private final long sizeBytes;
  private final String object;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment;
  private final AtomicInteger users = new AtomicInteger(1);
  private volatile boolean closed;

  private Mapping(long address, long sizeBytes, boolean writable, String object) {
    this.address = address;
    this.sizeBytes = sizeBytes;
    this.object = object;
    MemorySegment exact = MemorySegment.ofAddress(address).reinterpret(sizeBytes, arena, null);
    this.segment = writable ? exact : exact.asReadOnly();
  }

  /**
   * Private zeroed memory. Pages cost nothing until touched, and no swap is reserved for them.
   *
   * @param sizeBytes positive multiple of {@link #PAGE_BYTES}
   * @throws KvmException ENOMEM when the host refuses
   */
  public static Mapping anonymous(long sizeBytes) {
    int flags = Sys.MAP_PRIVATE | Sys.MAP_ANONYMOUS | Sys.MAP_NORESERVE;
    return map(-1, 0, sizeBytes, Sys.PROT_READ | Sys.PROT_WRITE, flags, "anonymous memory");
  }

  /**
   * Shared view of a memfd; writes are seen by every other mapping of it.
   *
   * @param offset multiple of {@link #PAGE_BYTES}
   */
  public static Mapping shared(Memfd memfd, long offset, long sizeBytes) {
    Fd fd = memfd.descriptor();
    int number = fd.acquire("mmap");
    try {
      int protection = Sys.PROT_READ | Sys.PROT_WRITE;
      return map(number, offset, sizeBytes, protection, Sys.MAP_SHARED, fd.object());
    } finally {
      fd.release();
    }
  }

  /**
   * Read-only view of a file, private to this process.
   *
   * <p>When somebody truncates the file, reading what is gone throws {@link InternalError}: check
   * the size, and map only files nobody else writes.
   *
   * @param offset multiple of {@link #PAGE_BYTES}
   * @param sizeBytes multiple of {@link #PAGE_BYTES}; may exceed the file inside its last page
   */
  public static Mapping readOnly(Path file, long offset, long sizeBytes) {
    Fd fd = Host.open(file, Sys.O_RDONLY);
    try {
      int number = fd.acquire("mmap");
      try {
        return map(number, offset, sizeBytes, Sys.PROT_READ, Sys.MAP_PRIVATE, fd.object());
      } finally {
        fd.release();
      }
    } finally {
      fd.close();
    }
  }

  /**
   * Part of a file as memory of this process alone: pages are the file's until they are written,
   * and what is written never reaches the file.
   *
   * <p>While it is mapped, the file stays open, and locked if it was. When somebody truncates it,
   * what touches the pages that are gone gets SIGBUS: map only files nobody else writes.
   *
   * @param offset multiple of {@link #PAGE_BYTES}
   * @param sizeBytes positive multiple of {@link #PAGE_BYTES}, inside the file
   */
  public static Mapping privateWritable(HostFile file, long offset, long sizeBytes) {
    Fd fd = file.descriptor();
    int number = fd.acquire("mmap");
    try {
      int flags = Sys.MAP_PRIVATE | Sys.MAP_NORESERVE;
      return map(number, offset, sizeBytes, Sys.PROT_READ | Sys.PROT_WRITE, flags, fd.object());
    } finally {
      fd.release();
    }
  }

  /** The page a vCPU shares with the kernel. */
  static Mapping ofVcpu(Fd vcpu, long sizeBytes) {
    int number = vcpu.acquire("mmap");
    try {
      int protection = Sys.PROT_READ | Sys.PROT_WRITE;
      return map(number, 0, sizeBytes, protection, Sys.MAP_SHARED, vcpu.object());
    } finally {
      vcpu.release();
    }
  }

  private static Mapping map(
      int fd, long offset, long sizeBytes, int protection, int flags, String object) {
    if (sizeBytes <= 0 || sizeBytes % PAGE_BYTES != 0 || offset < 0 || offset % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "mapping of " + object + ": offset " + offset + " or size " + sizeBytes + " unaligned");
    }
    long result = LibC.syscall(Sys.SYS_mmap, 0, sizeBytes, protection, flags, fd, offset);
    long address = LibC.check(result, "mmap", object);
    return new Mapping(address, sizeBytes, (protection & Sys.PROT_WRITE) != 0, object);
  }

  /** The memory, bounded exactly; accessible to every thread until {@link #close()}. */
  public MemorySegment segment() {
    return segment;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  /** Asks for 2 MiB pages; a kernel without them says EINVAL, which is not an error here. */
  public void adviseHugePages() {
    advise(0, sizeBytes, Sys.MADV_HUGEPAGE, true);
  }

  /** Gives pages back to the host; private memory reads as zero afterwards. */
  public void discard(long offset, long lengthBytes) {
    advise(offset, lengthBytes, Sys.MADV_DONTNEED, false);
  }

  /**
   * Takes the right to touch a range away from everybody, for good. A guest that does leaves
   * KVM_RUN with an error; a thread of this process that does ends it with SIGSEGV.
   */
  public void forbid(long offset, long lengthBytes) {
    retain();
    try {
      long start = address(offset, lengthBytes);
      long result = LibC.syscall(Sys.SYS_mprotect, start, lengthBytes, Sys.PROT_NONE);
      LibC.check(result, "mprotect", object);
    } finally {
      release();
    }
  }

  /**
   * Bytes of physical memory behind this mapping now (mincore(2)); of a file or memfd, what the
   * page cache holds.
   */
  public long residentBytes() {
    retain();
    try {
      MemorySegment pages = Scratch.zeroed(Scratch.LARGE_BYTES);
      long resident = 0;
      long step = Scratch.LARGE_BYTES * PAGE_BYTES;
      for (long at = 0; at < sizeBytes; at += step) {
        long length = Math.min(step, sizeBytes - at);
        long result = LibC.syscall(Sys.SYS_mincore, address + at, length, pages.address());
        LibC.check(result, "mincore", object);
        for (long i = 0; i < length / PAGE_BYTES; i++) {
          resident += Field.u8(pages, i) & 1;
        }
      }
      return resident * PAGE_BYTES;
    } finally {
      release();
    }
  }

  private void advise(long offset, long lengthBytes, int advice, boolean optional) {
    if (offset < 0 || lengthBytes < 0 || lengthBytes > sizeBytes - offset) {
      throw new IndexOutOfBoundsException(
          "advice for " + lengthBytes + " bytes at " + offset + " of " + sizeBytes);
    }
    retain();
    try {
      long result = LibC.syscall(Sys.SYS_madvise, address + offset, lengthBytes, advice);
      if (!(optional && result == -Errno.EINVAL)) {
        LibC.check(result, "madvise", object);
      }
    } finally {
      release();
    }
  }

  /** Host address of an offset inside, for the kernel; the caller holds a use. */
  long address(long offset, long lengthBytes) {
    if (offset < 0 || lengthBytes < 0 || offset > sizeBytes - lengthBytes) {
      throw new IndexOutOfBoundsException(
          lengthBytes + " bytes at " + offset + " are outside a mapping of " + sizeBytes);
    }
    return address + offset;
  }

  /** Runs a short access unless closed; whether it ran. */
  boolean ifOpen(Runnable access) {
    synchronized (arena) {
      if (closed) {
        return false;
      }
      access.run();
      return true;
    }
  }

  /** Counts a use that must not outlive the region. */
  void retain() {
    int count;
    do {
      count = users.get();
      if (count == 0 || closed) {
        throw new IllegalStateException("mapping of " + object + " is closed");
      }
    } while (!users.compareAndSet(count, count + 1));
  }

  /** Ends a use; the last one unmaps. */
  void release() {
    if (users.decrementAndGet() == 0) {
      LibC.check(LibC.syscall(Sys.SYS_munmap, address, sizeBytes, 0), "munmap", object);
    }
  }

  /**
   * Ends access and unmaps, see the class. Idempotent, any thread.
   *
   * @throws IllegalStateException when a channel is reading or writing the memory at this moment;
   *     nothing is closed then: end the input and output first
   */
  @Override
  public void close() {
    synchronized (arena) {
      if (closed) {
        return;
      }
      arena.close();
      closed = true;
    }
    release();
  }
}
