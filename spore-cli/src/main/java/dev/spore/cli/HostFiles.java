package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Checks of files a user named, each with an error that names the option and the file. */
final class HostFiles {
  private HostFiles() {}

  /** The path a user typed; an empty one or one with a NUL is a usage error. */
  static Path path(String option, String text) {
    if (text.isEmpty()) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT, option + ": the file name is empty");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT, option + ": not a file name: " + e.getReason(), e);
    }
  }

  static void requireReadableFile(String option, Path file) {
    if (!Files.exists(file)) {
      throw new SporeException(ErrorCode.OBJECT_NOT_FOUND, option + " " + file + ": no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID, option + " " + file + ": not a regular file");
    }
    if (!Files.isReadable(file)) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          option + " " + file + ": permission denied; make it readable: chmod u+r " + file);
    }
  }

  static void requireWritable(String option, Path file) {
    if (!Files.isWritable(file)) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          option + " " + file + ": permission denied; make it writable: chmod u+w " + file);
    }
  }

  static SporeException unreadable(String option, Path file, IOException cause) {
    return new SporeException(
        ErrorCode.OBJECT_INVALID,
        option + " " + file + ": cannot be read: " + reason(cause),
        cause);
  }

  /** What went wrong, without the file name the message already carries. */
  static String reason(IOException failure) {
    return switch (failure) {
      case NoSuchFileException e -> "no such file or directory";
      case AccessDeniedException e -> "permission denied";
      default -> {
        String message = failure.getMessage();
        yield message == null ? failure.getClass().getSimpleName() : message;
      }
    };
  }
}
