package dev.spore.kvm;

import java.lang.foreign.Arena;

/** Anonymous file in memory (memfd_create(2)), to be mapped more than once. */
public final class Memfd implements AutoCloseable {
  private final Fd fd;
  private final long sizeBytes;

  private Memfd(Fd fd, long sizeBytes) {
    this.fd = fd;
    this.sizeBytes = sizeBytes;
  }

  /**
   * A new memfd, close-on-exec.
   *
   * @param name shown in /proc/self/fd, at most 249 bytes
   * @param sizeBytes its length; reads as zero
   */
  public static Memfd create(String name, long sizeBytes) {
    String object = "memfd " + name;
    int number;
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(name).address();
      long result = LibC.syscall(Sys.SYS_memfd_create, text, Sys.MFD_CLOEXEC, 0);
      number = (int) LibC.check(result, "memfd_create", object);
    }
    Fd fd = new Fd(number, object);
    long result = LibC.syscall(Sys.SYS_ftruncate, number, sizeBytes, 0);
    if (LibC.failed(result)) {
      fd.close();
      throw new KvmException("ftruncate", (int) -result, object);
    }
    return new Memfd(fd, sizeBytes);
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  Fd descriptor() {
    return fd;
  }

  /** Closes the descriptor; mappings of it stay valid. Idempotent. */
  @Override
  public void close() {
    fd.close();
  }
}
