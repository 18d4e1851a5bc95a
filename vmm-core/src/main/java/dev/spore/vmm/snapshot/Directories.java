package dev.spore.vmm.snapshot;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Deletes directories with what is in them. */
public final class Directories {
  private Directories() {}

  /**
   * Deletes {@code root} and everything below it; a symbolic link is deleted and never followed.
   *
   * @throws IOException at the first thing that cannot be deleted
   */
  public static void delete(Path root) throws IOException {
    Files.walkFileTree(root, new Remover());
  }

  /** Never follows a link out of the tree. */
  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
