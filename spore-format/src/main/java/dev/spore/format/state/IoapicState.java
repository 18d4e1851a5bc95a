package dev.spore.format.state;

import dev.spore.format.check.Check;
import java.util.List;

/**
 * The I/O APIC (Intel 82093AA data sheet §3).
 *
 * @param base guest physical address of its registers
 * @param select register the next access of the window reaches, 0 to 255
 * @param id its APIC id, 0 to 255
 * @param irr inputs that wait, 24 bits
 * @param redirections the 24 redirection entries as the guest reads them (§3.2.4)
 */
public record IoapicState(long base, int select, int id, int irr, List<Long> redirections) {
  /** Inputs of the 82093AA. */
  public static final int INPUTS = 24;

  public IoapicState {
    Check.u8("select", select);
    Check.u8("id", id);
    Check.bits("irr", irr, (1 << INPUTS) - 1);
    redirections = Check.list("redirections", redirections, INPUTS, INPUTS);
  }
}
