package dev.spore.cli;

import dev.spore.format.FormatLimits;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.ForkRecord;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks the flags of {@code spore run} that are about saved machines. */
final class SavedOptions {
  /** Those that ask a program for something, and that the JVM lets a program have. */
  private static final List<String> SIGNALS = List.of("HUP", "INT", "TERM", "USR1", "USR2");

  private SavedOptions() {}

  /** Refuses flags that contradict one another. */
  static void check(RunOptions options) {
    if (options.save == null && !options.annotations.isEmpty()) {
      throw usage("--annotation needs --save DIR");
    }
    if (options.save == null && options.saveOn != null) {
      throw usage("--save-on needs --save DIR");
    }
    if (options.continueAfterSave && signal(options) == null) {
      throw usage("--continue-after-save needs --save DIR and --save-on SIGNAL");
    }
    if (options.from == null) {
      if (options.restore != null) {
        throw usage("--restore needs --from DIR");
      }
      return;
    }
    refuse("--memory", options.memory != null);
    refuse("--vcpus", options.vcpus != null);
    refuse("--kernel", options.kernel != null);
    refuse("--initrd", options.initrd != null);
    refuse("--rootfs", options.rootfs != null);
    refuse("--cold", options.cold);
  }

  private static void refuse(String flag, boolean given) {
    if (given) {
      throw usage(flag + " and --from exclude each other: a saved machine is what it is");
    }
  }

  /** What {@code --restore} asks for. */
  static RestoreMode restore(RunOptions options) {
    if (options.restore == null) {
      return RestoreMode.AUTO;
    }
    return switch (options.restore) {
      case "auto" -> RestoreMode.AUTO;
      case "backing" -> RestoreMode.BACKING;
      case "eager" -> RestoreMode.EAGER;
      case "lazy" -> RestoreMode.LAZY;
      default ->
          throw usage(
              "--restore '" + options.restore + "': auto, backing, eager or lazy is needed");
    };
  }

  /** Now, not when the signal comes. */
  static void requireSavable(RunRequest.@Nullable Save save, List<String> argv) {
    if (save == null || save.signal() == null) {
      return;
    }
    long bytes = 0;
    for (String argument : argv) {
      bytes += argument.getBytes(StandardCharsets.UTF_8).length;
    }
    if (bytes > FormatLimits.SESSION_ARGUMENT_BYTES_MAX
        || argv.size() > FormatLimits.SESSION_ARGUMENTS_MAX) {
      throw usage(
          "--save-on %s: a command of %d bytes and %d words cannot be saved while it runs; %d and %d"
                  .formatted(
                      save.signal(),
                      bytes,
                      argv.size(),
                      FormatLimits.SESSION_ARGUMENT_BYTES_MAX,
                      FormatLimits.SESSION_ARGUMENTS_MAX)
              + " are the most: give it a script by standard input");
    }
  }

  /** The signal of {@code --save-on}, without SIG; null for the end of the command. */
  private static @Nullable String signal(RunOptions options) {
    String typed = options.saveOn;
    if (typed == null) {
      return null;
    }
    String upper = typed.toUpperCase(Locale.ROOT);
    String name = upper.startsWith("SIG") ? upper.substring(3) : upper;
    if (name.equals("EXIT") && !upper.startsWith("SIG")) {
      return null;
    }
    if (!SIGNALS.contains(name)) {
      throw usage(
          "--save-on '%s': exit or one of %s is needed; others cannot be caught, or mean something"
                  .formatted(typed, String.join(", ", SIGNALS))
              + " else to the JVM");
    }
    return name;
  }

  /** What {@code --save} asks for, or null. */
  static RunRequest.@Nullable Save save(RunOptions options) {
    String directory = options.save;
    if (directory == null) {
      return null;
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    for (String note : options.annotations) {
      int equals = note.indexOf('=');
      if (equals < 1) {
        throw usage("--annotation '" + note + "': KEY=VALUE is needed");
      }
      annotations.put(key(note.substring(0, equals)), note.substring(equals + 1));
    }
    requireRoom(annotations);
    return new RunRequest.Save(
        HostFiles.path("--save", directory),
        annotations,
        signal(options),
        options.continueAfterSave);
  }

  private static String key(String key) {
    if (key.startsWith(ForkRecord.RESERVED_PREFIX)) {
      throw usage(
          "--annotation '%s': keys that begin with %s are Spore's own; choose another"
              .formatted(key, ForkRecord.RESERVED_PREFIX));
    }
    return key;
  }

  /** Now, not when the machine has run for hours. */
  private static void requireRoom(Map<String, String> annotations) {
    long bytes = 0;
    for (Map.Entry<String, String> note : annotations.entrySet()) {
      bytes += note.getKey().getBytes(StandardCharsets.UTF_8).length;
      bytes += note.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    if (bytes > FormatLimits.ANNOTATION_BYTES_MAX) {
      throw usage(
          "--annotation: all of them together have %d bytes, more than %d; keep them elsewhere"
              .formatted(bytes, FormatLimits.ANNOTATION_BYTES_MAX));
    }
  }

  private static SporeException usage(String message) {
    return new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, message);
  }
}
