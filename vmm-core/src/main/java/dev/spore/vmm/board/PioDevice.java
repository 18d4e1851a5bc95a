package dev.spore.vmm.board;

/** A device on the port bus. Called from vCPU threads, one access at a time per machine. */
interface PioDevice {
  /**
   * Reads a register.
   *
   * @param offset from the device's first port
   * @return one byte in the low bits
   */
  int read(int offset);

  /** Writes one byte to a register. */
  void write(int offset, int value);
}
