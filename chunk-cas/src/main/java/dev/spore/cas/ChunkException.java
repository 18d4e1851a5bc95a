package dev.spore.cas;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A chunk, or a store, cannot be used: why, which file, and what to do. */
public final class ChunkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Kind {
    /** There is no file of that name. */
    MISSING,
    /** The file is longer or shorter than the chunk. */
    WRONG_LENGTH,
    /** The file holds something else than its name says, or is no regular file. */
    CORRUPT,
    /** Somebody else has the store: a sweep, or a save when it is the sweep that fails. */
    BUSY,
    /** The host refused a read or a write. */
    IO
  }

  private final Kind kind;
  private final transient @Nullable ChunkId id;
  private final transient Path path;

  private ChunkException(
      Kind kind, @Nullable ChunkId id, Path path, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.id = id;
    this.path = path;
  }

  static ChunkException missing(ChunkId id, Path path) {
    return bad(Kind.MISSING, id, path, "is missing");
  }

  static ChunkException wrongLength(ChunkId id, Path path, long actualBytes, long expectedBytes) {
    String what = "has %d bytes, not %d".formatted(actualBytes, expectedBytes);
    return bad(Kind.WRONG_LENGTH, id, path, what);
  }

  static ChunkException corrupt(ChunkId id, Path path) {
    return bad(Kind.CORRUPT, id, path, "does not hold the bytes its name is the BLAKE3 hash of");
  }

  static ChunkException notRegular(ChunkId id, Path path) {
    return bad(Kind.CORRUPT, id, path, "is refused: it is not a regular file");
  }

  static ChunkException linkedDirectory(ChunkId id, Path path) {
    return bad(Kind.CORRUPT, id, path, "is refused: its directory is a symbolic link");
  }

  private static ChunkException bad(Kind kind, ChunkId id, Path path, String what) {
    String message =
        "chunk file %s %s; put the right file there from a copy, or save again"
            .formatted(path, what);
    return new ChunkException(kind, id, path, message, null);
  }

  static ChunkException busy(Path root, String who) {
    String message =
        "chunk store %s is in use by %s; try again when that has ended".formatted(root, who);
    return new ChunkException(Kind.BUSY, null, root, message, null);
  }

  static ChunkException io(@Nullable ChunkId id, Path path, String doing, Exception cause) {
    String message =
        "cannot %s %s: %s; see to the file system and try again"
            .formatted(doing, path, reason(path, cause));
    return new ChunkException(Kind.IO, id, path, message, cause);
  }

  static ChunkException badLease(Path path) {
    String message =
        "lease %s is not a list of chunk ids; end the process that holds it".formatted(path);
    return new ChunkException(Kind.CORRUPT, null, path, message, null);
  }

  /** What went wrong, without the path most of these messages begin with. */
  private static String reason(Path path, Exception cause) {
    if (cause instanceof FileSystemException e && e.getReason() != null) {
      return e.getReason();
    }
    String text = cause.getMessage();
    return text == null || text.equals(path.toString()) ? cause.getClass().getSimpleName() : text;
  }

  public Kind kind() {
    return kind;
  }

  /** The chunk; null if the trouble is with the store. */
  public @Nullable ChunkId id() {
    return id;
  }

  /** The file or directory the trouble is with. */
  public Path path() {
    return path;
  }
}
