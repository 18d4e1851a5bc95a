package dev.spore.vmm;

/** This program's own version, as it writes it into what it saves. */
public final class Version {
  /** The version of the build. */
  public static final String NUMBER = "0.1.0";

  private Version() {}
}
