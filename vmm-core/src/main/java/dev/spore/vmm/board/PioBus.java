package dev.spore.vmm.board;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The port bus: byte-wide devices, and a refusal for everything else.
 *
 * <p>As on a PC, a port nobody answers reads as ones and swallows writes; each such access counts.
 * vCPU threads call it, serialised by this object's monitor: port devices are rare and quick.
 */
public final class PioBus {
  private record Slot(int firstPort, int ports, PioDevice device) {
    boolean has(int port) {
      return port >= firstPort && port < firstPort + ports;
    }
  }

  private final List<Slot> slots = new ArrayList<>();
  private final LongAdder refused = new LongAdder();

  /** Puts {@code device} at {@code ports} ports from {@code firstPort}. Before the machine runs. */
  void attach(int firstPort, int ports, PioDevice device) {
    slots.add(new Slot(firstPort, ports, device));
  }

  /**
   * Reads {@code widthBytes} (1, 2 or 4) from {@code port}; a wide access is bytes in rising order.
   */
  public synchronized long read(int port, int widthBytes) {
    long value = 0;
    for (int i = 0; i < widthBytes; i++) {
      Slot slot = find(port + i);
      int part = slot == null ? 0xff : slot.device().read(port + i - slot.firstPort()) & 0xff;
      value |= (long) part << (8 * i);
    }
    return value;
  }

  /** Writes the low {@code widthBytes} (1, 2 or 4) of {@code value} to {@code port}. */
  public synchronized void write(int port, int widthBytes, long value) {
    for (int i = 0; i < widthBytes; i++) {
      Slot slot = find(port + i);
      if (slot != null) {
        slot.device().write(port + i - slot.firstPort(), (int) (value >>> (8 * i)) & 0xff);
      }
    }
  }

  /** Byte accesses nobody answered. */
  public long refusedAccesses() {
    return refused.sum();
  }

  private @Nullable Slot find(int port) {
    for (Slot slot : slots) {
      if (slot.has(port)) {
        return slot;
      }
    }
    refused.increment();
    return null;
  }
}
