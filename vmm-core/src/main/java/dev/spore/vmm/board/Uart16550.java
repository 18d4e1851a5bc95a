package dev.spore.vmm.board;

import dev.spore.format.state.UartState;
import dev.spore.virtio.Interrupt;
import java.util.function.IntConsumer;

/**
 * A 16550 for early output (PC16550D data sheet): transmits at once, receives nothing.
 *
 * <p>The transmitter is always empty, so a driver never waits, and a transmit interrupt is due
 * whenever the driver has it enabled and has not yet been told.
 */
final class Uart16550 implements PioDevice {
  static final int PORTS = 8;

  private static final int DATA = 0;
  private static final int INTERRUPT_ENABLE = 1;
  private static final int INTERRUPT_ID = 2;
  private static final int LINE_CONTROL = 3;
  private static final int MODEM_CONTROL = 4;
  private static final int LINE_STATUS = 5;
  private static final int MODEM_STATUS = 6;
  private static final int SCRATCH = 7;

  private static final int DIVISOR_LATCH = 0x80;
  private static final int TRANSMIT_EMPTY_ENABLED = 0x02;
  private static final int ID_NONE = 0x01;
  private static final int ID_TRANSMIT_EMPTY = 0x02;
  private static final int ID_FIFO_ENABLED = 0xc0;
  private static final int TRANSMITTER_EMPTY = 0x60;
  private static final int CARRIER_AND_CLEAR_TO_SEND = 0xb0;

  private final IntConsumer output;
  private final Interrupt interrupt;

  private int interruptEnable;
  private int lineControl;
  private int modemControl;
  private int scratch;
  private int divisor = 1;
  private boolean fifo;
  private boolean transmitEmptyPending;

  /**
   * @param output takes each transmitted byte; must not block
   */
  Uart16550(IntConsumer output, Interrupt interrupt) {
    this.output = output;
    this.interrupt = interrupt;
  }

  /** Its registers; no vCPU runs. */
  UartState save() {
    return new UartState(
        interruptEnable, lineControl, modemControl, scratch, divisor, fifo, transmitEmptyPending);
  }

  /** Takes registers over; no vCPU runs. The interrupt controllers already know of its line. */
  void restore(UartState state) {
    interruptEnable = state.interruptEnable();
    lineControl = state.lineControl();
    modemControl = state.modemControl();
    scratch = state.scratch();
    divisor = state.divisor();
    fifo = state.fifo();
    transmitEmptyPending = state.transmitEmptyPending();
  }

  @Override
  public int read(int offset) {
    return switch (offset) {
      case DATA -> latched() ? divisor & 0xff : 0;
      case INTERRUPT_ENABLE -> latched() ? divisor >>> 8 : interruptEnable;
      case INTERRUPT_ID -> readInterruptId();
      case LINE_CONTROL -> lineControl;
      case MODEM_CONTROL -> modemControl;
      case LINE_STATUS -> TRANSMITTER_EMPTY;
      case MODEM_STATUS -> CARRIER_AND_CLEAR_TO_SEND;
      case SCRATCH -> scratch;
      default -> 0xff;
    };
  }

  @Override
  public void write(int offset, int value) {
    switch (offset) {
      case DATA -> {
        if (latched()) {
          divisor = (divisor & 0xff00) | value;
        } else {
          output.accept(value);
          transmitEmpty();
        }
      }
      case INTERRUPT_ENABLE -> {
        if (latched()) {
          divisor = (divisor & 0xff) | value << 8;
        } else {
          interruptEnable = value & 0x0f;
          transmitEmpty();
        }
      }
      case INTERRUPT_ID -> fifo = (value & 1) != 0;
      case LINE_CONTROL -> lineControl = value;
      case MODEM_CONTROL -> modemControl = value;
      case SCRATCH -> scratch = value;
      default -> {
        // Line and modem status are read-only.
      }
    }
  }

  private boolean latched() {
    return (lineControl & DIVISOR_LATCH) != 0;
  }

  private int readInterruptId() {
    int id = fifo ? ID_FIFO_ENABLED : 0;
    if (!transmitEmptyPending) {
      return id | ID_NONE;
    }
    // Reading the identification acknowledges a transmit interrupt (data sheet, table IV).
    transmitEmptyPending = false;
    interrupt.lower();
    return id | ID_TRANSMIT_EMPTY;
  }

  private void transmitEmpty() {
    if ((interruptEnable & TRANSMIT_EMPTY_ENABLED) != 0) {
      transmitEmptyPending = true;
      interrupt.raise();
    } else if (transmitEmptyPending) {
      transmitEmptyPending = false;
      interrupt.lower();
    }
  }
}
