package dev.spore.vmm.e2e;

import java.time.Duration;

/** How long tests wait before they call something hung. No property depends on these numbers. */
final class Patience {
  /** A boot is half a minute on an idle host that interprets kernel code, minutes on a busy one. */
  static final Duration BOOT = Duration.ofMinutes(15);

  /** The longest of the commands that tests run. */
  static final Duration COMMAND = Duration.ofMinutes(10);

  private Patience() {}
}
