package dev.spore.kvm.testing;

import java.nio.file.Path;

/** The guest kernel and initrd that tests boot, as the test command names them. */
public final class GuestImages {
  static final String KERNEL = "SPORE_KERNEL";
  static final String INITRD = "SPORE_INITRD";

  private GuestImages() {}

  /** An ELF kernel built for Spore. */
  public static Path kernel() {
    return named(KERNEL);
  }

  /** The initrd with Spore's agent and busybox. */
  public static Path initrd() {
    return named(INITRD);
  }

  static boolean areNamed() {
    return System.getenv(KERNEL) != null && System.getenv(INITRD) != null;
  }

  private static Path named(String variable) {
    String value = System.getenv(variable);
    if (value == null) {
      throw new IllegalStateException(
          variable + " is not set: run the tests by the test command, or name a built image");
    }
    return Path.of(value);
  }
}
