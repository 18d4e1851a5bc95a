package dev.spore.vmm.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Root file systems of busybox and one marker file, made with each file system's own tool. */
final class RootImages {
  /** Content of /marker. */
  static final String MARKER = "made on the host\n";

  private static final List<String> APPLETS =
      List.of("sh", "cat", "cp", "echo", "ls", "rm", "mount", "sync", "sha256sum", "dmesg");

  private RootImages() {}

  static Path squashfs(Path dir) throws IOException, InterruptedException {
    Path image = dir.resolve("root.squashfs");
    HostCommand.run(
        "mksquashfs",
        tree(dir).toString(),
        image.toString(),
        "-all-root",
        "-quiet",
        "-no-progress");
    return image;
  }

  static Path erofs(Path dir) throws IOException, InterruptedException {
    Path image = dir.resolve("root.erofs");
    HostCommand.run("mkfs.erofs", "--all-root", image.toString(), tree(dir).toString());
    return image;
  }

  static Path ext4(Path dir) throws IOException, InterruptedException {
    Path image = dir.resolve("root.ext4");
    HostCommand.run(
        "mke2fs", "-q", "-t", "ext4", "-d", tree(dir).toString(), image.toString(), "16m");
    return image;
  }

  private static Path tree(Path dir) throws IOException {
    Path root = dir.resolve("tree");
    Path bin = Files.createDirectories(root.resolve("bin"));
    for (String name : List.of("dev", "etc", "proc", "root", "run", "sys", "tmp")) {
      Files.createDirectory(root.resolve(name));
    }
    Files.copy(busybox(), bin.resolve("busybox"));
    for (String applet : APPLETS) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    Files.writeString(root.resolve("marker"), MARKER);
    return root;
  }

  private static Path busybox() {
    List<Path> candidates = new ArrayList<>();
    for (String directory : System.getenv("PATH").split(":", -1)) {
      candidates.add(Path.of(directory, "busybox"));
    }
    return Stream.concat(candidates.stream(), Stream.of(Path.of("/bin/busybox")))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError("busybox is not installed"));
  }
}
