package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.cas.ChunkException;
import dev.spore.cas.ChunkId;
import dev.spore.cas.ChunkStore;
import dev.spore.cas.Lease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A sweep of a directory with files of any name, and with a lease of any content, deletes what is a
 * dead chunk and nothing else.
 */
final class ChunkStoreFuzzTest {
  private static final Pattern CHUNK = Pattern.compile("([0-9a-f]{2})/\\1[0-9a-f]{62}");
  private static final ChunkStore.Marker NOTHING = () -> id -> false;

  @FuzzTest(maxDuration = "1m")
  void names(byte[] name) throws IOException {
    Path root = Files.createTempDirectory("spore-fuzz");
    try {
      Path file = file(root, new String(name, StandardCharsets.UTF_8));
      if (file == null) {
        return;
      }
      boolean chunk = CHUNK.matcher(root.relativize(file).toString()).matches();
      ChunkStore store = ChunkStore.open(root);
      require(store.usage().chunks() == (chunk ? 1 : 0), "counted");
      require(store.sweep(NOTHING).orElseThrow().removed() == (chunk ? 1 : 0), "removed");
      boolean own =
          Stream.of("staging", "leases").anyMatch(of -> file.startsWith(root.resolve(of)));
      require(chunk || own || Files.exists(file), "kept");
    } finally {
      delete(root);
    }
  }

  /** A file of that name below the root; null if there can be none. */
  private static @Nullable Path file(Path root, String name) {
    try {
      Path file = root.resolve(name).normalize();
      if (!file.startsWith(root) || file.equals(root) || file.startsWith(root.resolve("lock"))) {
        return null;
      }
      Files.createDirectories(file.getParent());
      return Files.writeString(file, "content");
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void lease(byte[] content) throws IOException {
    Path root = Files.createTempDirectory("spore-fuzz");
    ChunkId named = ChunkId.of(new byte[ChunkId.BYTES]);
    try {
      ChunkStore store = ChunkStore.open(root);
      Files.createDirectory(store.path(named).getParent());
      Files.writeString(store.path(named), "content");
      Lease lease = store.lease(List.of());
      Files.write(only(root.resolve("leases")), content);
      boolean list = content.length % ChunkId.BYTES == 0;
      require(swept(store) == list, "understood");
      require(store.contains(named) == (!list || ids(content).contains(named)), "kept");
      lease.close();
    } finally {
      delete(root);
    }
  }

  private static boolean swept(ChunkStore store) {
    try {
      return store.sweep(NOTHING).isPresent();
    } catch (ChunkException e) {
      require(e.kind() == ChunkException.Kind.CORRUPT, "kind");
      return false;
    }
  }

  private static Set<ChunkId> ids(byte[] content) {
    FuzzInput input = new FuzzInput(content);
    return Stream.generate(() -> ChunkId.of(input.bytes(ChunkId.BYTES)))
        .limit(content.length / ChunkId.BYTES)
        .collect(Collectors.toSet());
  }

  private static Path only(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findFirst().orElseThrow();
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  private static void delete(Path root) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
