package dev.spore.kvm;

import dev.spore.kvm.HostLayout.Termios;
import dev.spore.kvm.HostLayout.Winsize;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The terminal behind a descriptor of this process (termios(3), ioctl_tty(2)). */
public final class Terminal {
  /**
   * Window size in characters.
   *
   * @param rows 0 to 65535; 0 when the terminal does not know
   * @param columns likewise
   */
  public record Size(int rows, int columns) {}

  /** Undoes {@link #makeRaw}. */
  public static final class RawMode implements AutoCloseable {
    private final int fd;
    private final byte[] saved;
    private final AtomicBoolean restored = new AtomicBoolean();

    private RawMode(int fd, byte[] saved) {
      this.fd = fd;
      this.saved = saved;
    }

    /** Restores the settings from before. Idempotent, any thread; a vanished terminal is fine. */
    @Override
    public void close() {
      if (restored.compareAndSet(false, true)) {
        long result = set(fd, saved);
        if (result != -Errno.EIO && result != -Errno.EBADF && result != -Errno.ENOTTY) {
          LibC.check(result, "TCSETSW", name(fd));
        }
      }
    }
  }

  private Terminal() {}

  /** Whether the descriptor is a terminal. */
  public static boolean isTty(int fd) {
    return get(fd) >= 0;
  }

  /**
   * Switches to raw mode as cfmakeraw(3) does: every byte arrives as typed, no echo, no signals
   * from keys, no output processing.
   *
   * @throws KvmException ENOTTY when the descriptor is no terminal
   */
  public static RawMode makeRaw(int fd) {
    LibC.check(get(fd), "TCGETS", name(fd));
    byte[] saved = Field.bytes(Scratch.current().small(), 0, Termios.SIZE);
    MemorySegment mode = MemorySegment.ofArray(saved.clone());
    clear(
        mode,
        Termios.IFLAG,
        Sys.IGNBRK
            | Sys.BRKINT
            | Sys.PARMRK
            | Sys.ISTRIP
            | Sys.INLCR
            | Sys.IGNCR
            | Sys.ICRNL
            | Sys.IXON);
    clear(mode, Termios.OFLAG, Sys.OPOST);
    clear(mode, Termios.LFLAG, Sys.ECHO | Sys.ECHONL | Sys.ICANON | Sys.ISIG | Sys.IEXTEN);
    clear(mode, Termios.CFLAG, Sys.CSIZE | Sys.PARENB);
    Field.put32(mode, Termios.CFLAG, Field.u32(mode, Termios.CFLAG) | Sys.CS8);
    Field.put8(mode, Termios.CC + Sys.VMIN, 1);
    Field.put8(mode, Termios.CC + Sys.VTIME, 0);
    LibC.check(set(fd, Field.bytes(mode, 0, Termios.SIZE)), "TCSETSW", name(fd));
    return new RawMode(fd, saved);
  }

  /** Window size; empty when the descriptor is no terminal. */
  public static Optional<Size> size(int fd) {
    MemorySegment size = Scratch.zeroed(Winsize.SIZE);
    if (LibC.syscall(Sys.SYS_ioctl, fd, Sys.TIOCGWINSZ, size.address()) < 0) {
      return Optional.empty();
    }
    return Optional.of(new Size(Field.u16(size, Winsize.ROW), Field.u16(size, Winsize.COL)));
  }

  /** Reads the settings into the scratch buffer; 0 or {@code -errno}. */
  private static long get(int fd) {
    return LibC.syscall(Sys.SYS_ioctl, fd, Sys.TCGETS, Scratch.zeroed(Termios.SIZE).address());
  }

  private static long set(int fd, byte[] mode) {
    MemorySegment buffer = Scratch.zeroed(Termios.SIZE);
    Field.putBytes(buffer, 0, mode);
    return LibC.syscall(Sys.SYS_ioctl, fd, Sys.TCSETSW, buffer.address());
  }

  private static void clear(MemorySegment mode, int offset, int bits) {
    Field.put32(mode, offset, Field.u32(mode, offset) & ~(long) bits);
  }

  private static String name(int fd) {
    return "descriptor " + fd;
  }
}
