package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * Exceptions and interrupts a vCPU was about to take (Intel SDM volume 3 §6).
 *
 * @param sipiVector start-up vector of a processor that waits for it, 0 to 255
 * @param tripleFault the processor is about to shut down
 */
public record PendingEvents(
    Fault exception, Interrupt interrupt, Nmi nmi, int sipiVector, Smi smi, boolean tripleFault) {
  public PendingEvents {
    Check.u8("sipi_vector", sipiVector);
  }

  /**
   * An exception.
   *
   * @param injected it is delivered at the next entry
   * @param pending it has come up, and whether it is delivered is still open
   * @param vector 0 to 31
   * @param errorCode 0 to 2^32-1
   * @param payload CR2 of a page fault or DR6 of a debug exception, not yet in the register
   */
  public record Fault(
      boolean injected,
      boolean pending,
      int vector,
      boolean hasErrorCode,
      long errorCode,
      boolean hasPayload,
      long payload) {
    /** No exception. */
    public static final Fault NONE = new Fault(false, false, 0, false, 0, false, 0);

    public Fault {
      Check.range("vector", vector, 0, 31);
      Check.u32("error_code", errorCode);
      Check.that(!(injected && pending), "an exception is injected and pending");
    }
  }

  /**
   * A maskable interrupt under delivery, and the shadow that holds interrupts back for one
   * instruction (§6.8.3).
   *
   * @param vector 0 to 255
   * @param soft it comes from an INT instruction
   * @param stiShadow the last instruction was STI
   * @param movSsShadow the last instruction was a MOV or POP to SS
   */
  public record Interrupt(
      boolean injected, int vector, boolean soft, boolean stiShadow, boolean movSsShadow) {
    public Interrupt {
      Check.u8("vector", vector);
    }
  }

  /**
   * Non-maskable interrupts.
   *
   * @param pending how many wait, 0 to 2
   */
  public record Nmi(boolean injected, int pending, boolean masked) {
    public Nmi {
      Check.range("pending", pending, 0, 2);
    }
  }

  /** System management mode. */
  public record Smi(boolean inSmm, boolean pending, boolean insideNmi, boolean latchedInit) {}
}
