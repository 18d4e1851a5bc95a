package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.ram.BackingStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks what was typed and makes a {@link RunRequest} of it, before anything is started. */
final class RunRequests {
  private static final int MAX_VCPUS = 8;
  private static final long MIB = 1L << 20;

  /** A kernel, its page structures and the initrd do not fit below. */
  private static final long MIN_MEMORY_BYTES = 32 * MIB;

  private RunRequests() {}

  /**
   * Checks everything that can be checked without a machine.
   *
   * @param words the arguments that are no flags
   * @param exact the arguments after {@code --}, null when there was none
   * @param environment the host's, for bare {@code --env NAME}
   * @param hostMemoryBytes physical memory of this machine
   */
  static RunRequest of(
      RunOptions options,
      List<String> words,
      @Nullable List<String> exact,
      Installation installation,
      Map<String, String> environment,
      long hostMemoryBytes) {
    OutputMode mode = mode(options);
    List<String> argv = argv(words, exact);
    SavedOptions.check(options);
    long memory = memory(orDefault(options.memory, "256mb"), hostMemoryBytes);
    int vcpus = vcpus(orDefault(options.vcpus, "1"));
    Duration timeout =
        options.timeout == null ? null : Durations.parse("--timeout", options.timeout);
    Duration bootTimeout = Durations.parse("--boot-timeout", options.bootTimeout);
    List<String> env = environment(options, environment);
    boolean boots = options.from == null;
    Path kernel = boots ? bootFile("--kernel", options.kernel, installation.kernel()) : null;
    Path initrd = boots ? bootFile("--initrd", options.initrd, installation.initrd()) : null;
    RunRequest.Save save = SavedOptions.save(options);
    SavedOptions.requireSavable(save, argv);
    return new RunRequest(
        argv,
        memory,
        vcpus,
        kernel,
        initrd,
        rootfs(options),
        env,
        workdir(options.workdir),
        user(options.user),
        timeout,
        bootTimeout,
        options.from == null ? null : HostFiles.path("--from", options.from),
        null,
        options.cold,
        worthKeeping(options) ? installation.cache().resolve("bases") : null,
        installation.cache().resolve("scratch"),
        SavedOptions.restore(options),
        BackingStore.in(installation.cache().resolve("backings")),
        save,
        options.consoleLog == null ? null : HostFiles.path("--console-log", options.consoleLog),
        options.timing,
        options.stdin,
        options.tty,
        mode,
        null);
  }

  private static String orDefault(@Nullable String typed, String otherwise) {
    return typed == null ? otherwise : typed;
  }

  /** A machine that has mounted a file for writing cannot go on from what the file was then. */
  private static boolean worthKeeping(RunOptions options) {
    return !options.rootfsRw;
  }

  /** What standard output is to carry. */
  static OutputMode mode(RunOptions options) {
    if (options.events != null && !options.events.equals("jsonl")) {
      throw usage("--events " + options.events + ": only jsonl is known");
    }
    if (options.json && options.events != null) {
      throw usage("--json and --events=jsonl exclude each other: choose one");
    }
    if (options.json && options.tty) {
      throw usage("--json and -t exclude each other: use --events=jsonl for a terminal's output");
    }
    if (options.json) {
      return OutputMode.JSON;
    }
    return options.events == null ? OutputMode.PASS_THROUGH : OutputMode.EVENTS;
  }

  private static List<String> argv(List<String> words, @Nullable List<String> exact) {
    if (exact != null) {
      if (!words.isEmpty()) {
        throw usage(
            "'"
                + words.getFirst()
                + "' stands before --: give either one command string or exact arguments after --");
      }
      if (exact.isEmpty() || exact.getFirst().isEmpty()) {
        throw missing("no command after --");
      }
      return exact;
    }
    if (words.isEmpty() || words.getFirst().isBlank()) {
      throw missing("no command");
    }
    if (words.size() > 1) {
      throw usage(
          "'"
              + words.get(1)
              + "' is one word too many: quote the command as one string, or write -- before it");
    }
    return List.of("/bin/sh", "-lc", words.getFirst());
  }

  private static long memory(String text, long hostMemoryBytes) {
    long bytes = Sizes.parse("--memory", text);
    if (bytes < MIN_MEMORY_BYTES) {
      throw usage("--memory " + text + ": a guest needs at least " + Sizes.show(MIN_MEMORY_BYTES));
    }
    if (bytes % MIB != 0) {
      throw usage("--memory " + text + ": not a whole number of MiB");
    }
    if (bytes > hostMemoryBytes) {
      throw usage(
          "--memory " + text + ": this machine has " + hostMemoryBytes / MIB + " MiB in all");
    }
    return bytes;
  }

  private static int vcpus(String text) {
    if (text.length() == 1 && text.charAt(0) >= '1' && text.charAt(0) <= '0' + MAX_VCPUS) {
      return text.charAt(0) - '0';
    }
    throw usage("--vcpus '" + text + "': a whole number from 1 to " + MAX_VCPUS + " is needed");
  }

  private static List<String> environment(RunOptions options, Map<String, String> host) {
    List<String> env = new ArrayList<>();
    String terminal = host.get("TERM");
    if (options.tty && terminal != null) {
      // It describes the terminal here, which is what the guest's output ends up on.
      env.add("TERM=" + terminal);
    }
    for (String entry : options.env) {
      int equals = entry.indexOf('=');
      if (equals == 0 || entry.isEmpty()) {
        throw usage("--env '" + entry + "': the name is empty");
      }
      if (equals > 0) {
        env.add(entry);
        continue;
      }
      String value = host.get(entry);
      if (value != null) {
        env.add(entry + "=" + value);
      }
    }
    return env;
  }

  private static Path bootFile(String option, @Nullable String typed, @Nullable Path built) {
    if (typed != null) {
      Path file = HostFiles.path(option, typed);
      HostFiles.requireReadableFile(option, file);
      return file;
    }
    if (built == null) {
      throw new SporeException(
          ErrorCode.OBJECT_NOT_FOUND,
          "there is no built guest "
              + option.substring(2)
              + " yet: start Spore by its launcher, which builds it, or give "
              + option
              + " FILE");
    }
    HostFiles.requireReadableFile(option, built);
    return built;
  }

  private static @Nullable Rootfs rootfs(RunOptions options) {
    if (options.rootfs == null) {
      if (options.rootfsRw) {
        throw usage("--rootfs-rw needs --rootfs FILE");
      }
      return null;
    }
    return Rootfs.open(HostFiles.path("--rootfs", options.rootfs), options.rootfsRw);
  }

  private static @Nullable String workdir(@Nullable String text) {
    if (text != null && !text.startsWith("/")) {
      throw usage("--workdir '" + text + "': an absolute path in the guest is needed");
    }
    return text;
  }

  private static @Nullable String user(@Nullable String text) {
    if (text != null && text.isBlank()) {
      throw usage("--user: the name is empty");
    }
    return text;
  }

  private static SporeException usage(String message) {
    return new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, message);
  }

  private static SporeException missing(String what) {
    return new SporeException(
        ErrorCode.USAGE_MISSING_ARGUMENT,
        what + ": try  spore run 'echo hello'  or  spore run -- /bin/echo hello");
  }
}
