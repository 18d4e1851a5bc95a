package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks the flags of {@code spore run} that are about saved machines. */
final class SavedOptions {
  private SavedOptions() {}

  /** Refuses flags that contradict one another. */
  static void check(RunOptions options) {
    if (options.save == null && !options.annotations.isEmpty()) {
      throw usage("--annotation needs --save DIR");
    }
    if (options.from == null) {
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
      annotations.put(note.substring(0, equals), note.substring(equals + 1));
    }
    return new RunRequest.Save(HostFiles.path("--save", directory), annotations);
  }

  private static SporeException usage(String message) {
    return new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, message);
  }
}
