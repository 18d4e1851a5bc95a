package dev.spore.micro;

/** Why a machine left ring 3. Only after a doorbell can it go on. */
public sealed interface MicroExit {
  /**
   * The guest stored to its doorbell.
   *
   * @param value the 32 bits it stored
   */
  record Doorbell(int value) implements MicroExit {}

  /**
   * The guest caused an exception of the processor.
   *
   * @param vector 0 to 31 (Intel SDM volume 3 §6.3.1)
   * @param instruction where it was
   * @param address of the access, for a page fault (vector 14)
   */
  record Fault(int vector, long instruction, long address) implements MicroExit {
    @Override
    public String toString() {
      String text = "exception " + vector + " at 0x" + Long.toHexString(instruction);
      return vector == 14 ? text + " touching 0x" + Long.toHexString(address) : text;
    }
  }

  /** Its time was over. */
  record Expired() implements MicroExit {
    @Override
    public String toString() {
      return "out of time";
    }
  }

  /**
   * It did what no guest does that is in order.
   *
   * @param what for people
   */
  record Broken(String what) implements MicroExit {
    @Override
    public String toString() {
      return what;
    }
  }
}
