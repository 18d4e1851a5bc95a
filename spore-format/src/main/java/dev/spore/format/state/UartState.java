package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * The 16550 of the board (PC16550D data sheet §8), which only transmits.
 *
 * @param interruptEnable 0 to 15
 * @param lineControl 0 to 255
 * @param modemControl 0 to 255
 * @param scratch 0 to 255
 * @param divisor 0 to 65535
 * @param fifo FIFOs are on
 * @param transmitEmptyPending the guest has not yet been told that the transmitter is empty
 */
public record UartState(
    int interruptEnable,
    int lineControl,
    int modemControl,
    int scratch,
    int divisor,
    boolean fifo,
    boolean transmitEmptyPending) {
  public UartState {
    Check.range("interrupt_enable", interruptEnable, 0, 15);
    Check.u8("line_control", lineControl);
    Check.u8("modem_control", modemControl);
    Check.u8("scratch", scratch);
    Check.u16("divisor", divisor);
  }
}
