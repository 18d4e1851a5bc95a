package dev.spore.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code spore doctor} can see without starting a machine. */
final class HostChecks {
  private static final long MIB = 1L << 20;

  /** The default machine and the program beside it. */
  private static final long WANTED_MEMORY_BYTES = 384 * MIB;

  /** Jars, AOT cache, kernel and initrd; a kernel build needs its tree besides. */
  private static final long WANTED_CACHE_BYTES = 200 * MIB;

  private static final long WANTED_BUILD_BYTES = 3L << 30;

  private final Installation installation;

  HostChecks(Installation installation) {
    this.installation = installation;
  }

  List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(architecture(System.getProperty("os.name"), System.getProperty("os.arch")));
    checks.add(processors(Runtime.getRuntime().availableProcessors()));
    checks.add(memory(HostMemory.availableBytes()));
    checks.add(java(Runtime.version().feature()));
    checks.add(device("kvm", Path.of("/dev/kvm")));
    checks.add(built("kernel", installation.kernel(), "./spore kernel build"));
    checks.add(built("initrd", installation.initrd(), "./spore --set-up"));
    checks.add(cacheSpace(installation.cache()));
    return checks;
  }

  static Check architecture(String system, String machine) {
    String both = system + " on " + machine;
    return system.equals("Linux") && machine.equals("amd64")
        ? Check.ok("platform", both)
        : Check.missing("platform", both, "run Spore on Linux on x86-64");
  }

  static Check processors(int count) {
    return count > 1
        ? Check.ok("processors", count + " processors")
        : Check.advice(
            "processors",
            "1 processor",
            "give the host a second one: devices then run beside the guest");
  }

  static Check memory(long availableBytes) {
    String detail = availableBytes / MIB + " MiB available";
    return availableBytes >= WANTED_MEMORY_BYTES
        ? Check.ok("memory", detail)
        : Check.missing(
            "memory",
            detail,
            "free memory until " + WANTED_MEMORY_BYTES / MIB + " MiB are available");
  }

  static Check java(int feature) {
    return feature >= 25
        ? Check.ok("java", "Java " + Runtime.version())
        : Check.missing("java", "Java " + feature, "apt-get install openjdk-25-jdk-headless");
  }

  /** The check that users meet first, so it tells the three ways it fails apart. */
  static Check device(String id, Path device) {
    if (!Files.exists(device)) {
      return Check.missing(
          id,
          device + " does not exist",
          "modprobe kvm_intel || modprobe kvm_amd   (in a cloud VM: enable nested virtualization)");
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return Check.missing(
          id,
          device + " is not readable and writable by this user",
          "sudo usermod -aG kvm $USER   (then log in again; or run as root)");
    }
    return Check.ok(id, device + " can be read and written");
  }

  static Check built(String what, @Nullable Path file, String fix) {
    return file != null && Files.isRegularFile(file)
        ? Check.ok(what, file.toString())
        : Check.advice(what, "not built yet; the first spore run builds it", fix);
  }

  private Check cacheSpace(Path cache) {
    Path existing = cache;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    long wanted = installation.kernel() == null ? WANTED_BUILD_BYTES : WANTED_CACHE_BYTES;
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      return cache(cache, Files.isWritable(existing), free, wanted);
    } catch (IOException e) {
      return Check.missing(
          "cache", cache + ": " + HostFiles.reason(e), "export XDG_CACHE_HOME=DIR");
    }
  }

  static Check cache(Path cache, boolean writable, long freeBytes, long wantedBytes) {
    if (!writable) {
      return Check.missing(
          "cache",
          cache + " cannot be written by this user",
          "export XDG_CACHE_HOME=DIR   (a directory of yours)");
    }
    String detail = cache + " has " + freeBytes / MIB + " MiB free";
    return freeBytes >= wantedBytes
        ? Check.ok("cache", detail)
        : Check.missing(
            "cache",
            detail + ", " + wantedBytes / MIB + " MiB are needed",
            "export XDG_CACHE_HOME=DIR   (a directory on a file system with more space)");
  }
}
