package dev.spore.vmm.ram;

/** What a user may ask for with {@code --restore}. */
public enum RestoreMode {
  /** The fastest that can be had. */
  AUTO,
  /** {@link RamSource#BACKING} or nothing. */
  BACKING,
  /** {@link RamSource#EAGER}. */
  EAGER,
  /** {@link RamSource#LAZY} or nothing. */
  LAZY
}
