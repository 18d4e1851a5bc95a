package dev.spore.vmm.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.Interrupt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoardTest {
  private static final int IER = BoardMap.UART_PORT + 1;
  private static final int IIR = BoardMap.UART_PORT + 2;
  private static final int LCR = BoardMap.UART_PORT + 3;
  private static final int LSR = BoardMap.UART_PORT + 5;

  private final StringBuilder serial = new StringBuilder();
  private final List<String> line = new ArrayList<>();
  private final List<String> power = new ArrayList<>();
  private final PioBus bus =
      new Board(
              b -> serial.append((char) b),
              new Interrupt() {
                @Override
                public void raise() {
                  line.add("raise");
                }

                @Override
                public void lower() {
                  line.add("lower");
                }
              },
              new Board.PowerSwitch() {
                @Override
                public void powerOff() {
                  power.add("off");
                }

                @Override
                public void reset() {
                  power.add("reset");
                }
              })
          .ports();

  @Test
  void serialOutputArrivesAndTheTransmitterIsAlwaysEmpty() {
    for (char c : "hi\n".toCharArray()) {
      bus.write(BoardMap.UART_PORT, 1, c);
    }
    assertThat(serial).hasToString("hi\n");
    assertThat(bus.read(LSR, 1)).isEqualTo(0x60);
    assertThat(line).isEmpty();
  }

  @Test
  void divisorLatchHidesTheDataRegister() {
    bus.write(LCR, 1, 0x83);
    bus.write(BoardMap.UART_PORT, 1, 'x');
    bus.write(IER, 1, 1);
    assertThat(bus.read(BoardMap.UART_PORT, 2)).isEqualTo('x' | 1 << 8);
    assertThat(serial).isEmpty();
    bus.write(LCR, 1, 0x03);
    assertThat(bus.read(IER, 1)).isZero();
  }

  @Test
  void transmitInterruptIsRaisedWhenEnabledAndLoweredWhenIdentified() {
    bus.write(IER, 1, 2);
    assertThat(line).containsExactly("raise");
    assertThat(bus.read(IIR, 1) & 0x0f).isEqualTo(2);
    assertThat(line).containsExactly("raise", "lower");
    assertThat(bus.read(IIR, 1) & 0x0f).isEqualTo(1);
  }

  @Test
  void disablingAPendingTransmitInterruptLowersTheLine() {
    bus.write(IER, 1, 2);
    bus.write(IER, 1, 0);
    assertThat(line).containsExactly("raise", "lower");
    assertThat(bus.read(IIR, 1)).isEqualTo(1);
  }

  @Test
  void onlyTheResetPulseResets() {
    bus.write(BoardMap.RESET_PORT, 1, 0xd1);
    assertThat(power).isEmpty();
    assertThat(bus.read(BoardMap.RESET_PORT, 1)).as("input buffer empty").isZero();
    bus.write(BoardMap.RESET_PORT, 1, 0xfe);
    assertThat(power).containsExactly("reset");
  }

  @Test
  void powerPortSwitchesOff() {
    bus.write(BoardMap.POWER_PORT, 1, 0);
    assertThat(power).containsExactly("off");
  }

  @Test
  void unknownPortsReadOnesAndAreCounted() {
    assertThat(bus.read(0xcf8, 4)).isEqualTo(0xffff_ffffL);
    bus.write(0x70, 2, 0xffff);
    assertThat(bus.refusedAccesses()).isEqualTo(6);
  }

  @Test
  void wideAccessAtTheEndOfADeviceStaysInside() {
    assertThat(bus.read(BoardMap.UART_PORT + 7, 4)).isEqualTo(0xffff_ff00L);
  }
}
