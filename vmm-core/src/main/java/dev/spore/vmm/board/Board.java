package dev.spore.vmm.board;

import dev.spore.format.state.UartState;
import dev.spore.virtio.Interrupt;
import java.util.function.IntConsumer;

/** The port devices every Spore machine has, put on one bus. */
public final class Board {
  private static final int PULSE_RESET = 0xfe;

  /** What the guest asks of the machine through ports. Called on a vCPU thread. */
  public interface PowerSwitch {
    /** The guest wrote the power-off value to the power port. */
    void powerOff();

    /** The guest pulsed the reset line through the keyboard controller. */
    void reset();
  }

  private final PioBus ports = new PioBus();
  private final Uart16550 uart;

  /** Attaches UART, reset port and power port to a new bus. */
  public Board(IntConsumer serialOutput, Interrupt serialLine, PowerSwitch power) {
    uart = new Uart16550(serialOutput, serialLine);
    ports.attach(BoardMap.UART_PORT, Uart16550.PORTS, uart);
    ports.attach(BoardMap.RESET_PORT, 1, new KeyboardController(power));
    ports.attach(BoardMap.POWER_PORT, 1, new PowerPort(power));
  }

  /** The bus. */
  public PioBus ports() {
    return ports;
  }

  /** The UART's registers; no vCPU runs. */
  public UartState saveUart() {
    return uart.save();
  }

  /** Gives the UART registers of an earlier life; no vCPU runs. */
  public void restoreUart(UartState state) {
    uart.restore(state);
  }

  /** Just enough of an 8042 to reset: empty buffers, one command. */
  private record KeyboardController(PowerSwitch power) implements PioDevice {
    @Override
    public int read(int offset) {
      return 0;
    }

    @Override
    public void write(int offset, int value) {
      if (value == PULSE_RESET) {
        power.reset();
      }
    }
  }

  private record PowerPort(PowerSwitch power) implements PioDevice {
    @Override
    public int read(int offset) {
      return 0;
    }

    @Override
    public void write(int offset, int value) {
      power.powerOff();
    }
  }
}
