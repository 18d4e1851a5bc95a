package dev.spore.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the launcher tells the program through system properties: where Spore lives and what it has
 * built. Each is absent when the program is started without the launcher.
 *
 * @param home the source tree, with the guest's build scripts
 * @param cache the user's cache directory for Spore
 * @param kernel the guest kernel built for this machine
 * @param initrd the initrd with the agent and busybox
 * @param launchedMicros wall clock at the launcher's first line, in µs since 1970
 */
record Installation(
    @Nullable Path home,
    Path cache,
    @Nullable Path kernel,
    @Nullable Path initrd,
    @Nullable Long launchedMicros) {
  static final String HOME = "spore.home";
  static final String KERNEL = "spore.kernel";
  static final String INITRD = "spore.initrd";
  static final String LAUNCHED = "spore.launched";

  static Installation current() {
    return of(System::getProperty, System.getenv());
  }

  static Installation of(
      Function<String, @Nullable String> property, Map<String, String> environment) {
    return new Installation(
        path(property.apply(HOME)),
        cacheRoot(environment).resolve("spore"),
        path(property.apply(KERNEL)),
        path(property.apply(INITRD)),
        micros(property.apply(LAUNCHED)));
  }

  /** XDG Base Directory Specification: a relative XDG_CACHE_HOME is to be ignored. */
  private static Path cacheRoot(Map<String, String> environment) {
    Path xdg = path(environment.get("XDG_CACHE_HOME"));
    if (xdg != null && xdg.isAbsolute()) {
      return xdg;
    }
    Path home = path(environment.get("HOME"));
    return (home == null ? Path.of(System.getProperty("user.home")) : home).resolve(".cache");
  }

  private static @Nullable Path path(@Nullable String text) {
    return text == null || text.isEmpty() ? null : Path.of(text);
  }

  /** Bash writes EPOCHREALTIME as seconds and six decimals; the locale chooses the point. */
  private static @Nullable Long micros(@Nullable String text) {
    int point = text == null ? -1 : text.length() - 7;
    if (text == null || point < 1 || point > 12 || ".,".indexOf(text.charAt(point)) < 0) {
      return null;
    }
    String seconds = text.substring(0, point);
    String fraction = text.substring(point + 1);
    if (!isNumber(seconds) || !isNumber(fraction)) {
      return null;
    }
    return Long.parseLong(seconds) * 1_000_000 + Long.parseLong(fraction);
  }

  /** Not by a regular expression: the first one costs a start 5 ms. */
  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
