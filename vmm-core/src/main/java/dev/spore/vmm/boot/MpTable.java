package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Processors and interrupt wiring as the Intel MultiProcessor Specification 1.4 §4 has them. Linux
 * looks at GPA 0 first, so that is where the floating pointer goes.
 */
final class MpTable {
  private static final int FLOATING_POINTER_BYTES = 16;
  private static final int HEADER_BYTES = 44;
  private static final int REVISION_1_4 = 4;

  private static final int ENTRY_PROCESSOR = 0;
  private static final int ENTRY_BUS = 1;
  private static final int ENTRY_IO_APIC = 2;
  private static final int ENTRY_IO_INTERRUPT = 3;
  private static final int ENTRY_LOCAL_INTERRUPT = 4;

  private static final int LOCAL_APIC_VERSION = 0x14;
  private static final int IO_APIC_VERSION = 0x11;
  private static final int CPU_ENABLED = 0x1;
  private static final int CPU_BOOTSTRAP = 0x2;
  private static final int CPU_SIGNATURE = 0x600;

  /** FPU and APIC on chip: the two bits §4.3.1 defines. */
  private static final int CPU_FEATURES = 0x201;

  private static final int INTERRUPT_INT = 0;
  private static final int INTERRUPT_NMI = 1;
  private static final int INTERRUPT_EXTINT = 3;
  private static final int ALL_LOCAL_APICS = 0xff;

  private static final int ISA_BUS = 0;
  private static final int ISA_LINES = 16;

  /** Above every local APIC id: ids share one space on the APIC bus. */
  static final int IO_APIC_ID = BootLimits.VCPUS_MAX;

  private MpTable() {}

  /** Writes pointer and table for {@code vcpus} processors with APIC ids from 0. */
  static void write(GuestMemory memory, int vcpus) {
    ByteBuffer out =
        ByteBuffer.allocate((int) (BootLayout.MP_END - BootLayout.MP_FLOATING_POINTER))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.position(FLOATING_POINTER_BYTES + HEADER_BYTES);
    int entries = putEntries(out, vcpus);
    int end = out.position();
    putHeader(out, entries, end - FLOATING_POINTER_BYTES);
    putFloatingPointer(out);
    memory.write(BootLayout.MP_FLOATING_POINTER, out.array(), 0, end);
  }

  private static int putEntries(ByteBuffer out, int vcpus) {
    for (int id = 0; id < vcpus; id++) {
      int flags = id == 0 ? CPU_ENABLED | CPU_BOOTSTRAP : CPU_ENABLED;
      out.put((byte) ENTRY_PROCESSOR).put((byte) id);
      out.put((byte) LOCAL_APIC_VERSION).put((byte) flags);
      out.putInt(CPU_SIGNATURE).putInt(CPU_FEATURES).putLong(0);
    }
    out.put((byte) ENTRY_BUS).put((byte) ISA_BUS).put(ascii("ISA   "));
    out.put((byte) ENTRY_IO_APIC).put((byte) IO_APIC_ID);
    out.put((byte) IO_APIC_VERSION).put((byte) CPU_ENABLED).putInt((int) BootLayout.IO_APIC);
    for (int line = 0; line < ISA_LINES; line++) {
      putInterrupt(out, ENTRY_IO_INTERRUPT, INTERRUPT_INT, line, IO_APIC_ID, line);
    }
    putInterrupt(out, ENTRY_LOCAL_INTERRUPT, INTERRUPT_EXTINT, 0, 0, 0);
    putInterrupt(out, ENTRY_LOCAL_INTERRUPT, INTERRUPT_NMI, 0, ALL_LOCAL_APICS, 1);
    return vcpus + ISA_LINES + 4;
  }

  /** Polarity and trigger mode conform to the bus, which for ISA is active high and edge. */
  private static void putInterrupt(
      ByteBuffer out, int entry, int type, int sourceLine, int apicId, int pin) {
    out.put((byte) entry).put((byte) type).putShort((short) 0);
    out.put((byte) ISA_BUS).put((byte) sourceLine).put((byte) apicId).put((byte) pin);
  }

  private static void putHeader(ByteBuffer out, int entries, int lengthBytes) {
    out.position(FLOATING_POINTER_BYTES);
    out.put(ascii("PCMP")).putShort((short) lengthBytes).put((byte) REVISION_1_4).put((byte) 0);
    out.put(ascii("SPORE   ")).put(ascii("MICROVM     ")).putInt(0).putShort((short) 0);
    out.putShort((short) entries).putInt((int) BootLayout.LOCAL_APIC);
    putChecksum(out, FLOATING_POINTER_BYTES, lengthBytes, 7);
  }

  private static void putFloatingPointer(ByteBuffer out) {
    int table = (int) BootLayout.MP_FLOATING_POINTER + FLOATING_POINTER_BYTES;
    out.position(0);
    out.put(ascii("_MP_")).putInt(table);
    out.put((byte) (FLOATING_POINTER_BYTES / 16)).put((byte) REVISION_1_4);
    putChecksum(out, 0, FLOATING_POINTER_BYTES, 10);
  }

  /** Makes the bytes of the structure sum to 0 modulo 256. */
  private static void putChecksum(ByteBuffer out, int start, int lengthBytes, int checksumAt) {
    int sum = 0;
    for (int i = start; i < start + lengthBytes; i++) {
      sum += out.get(i);
    }
    out.put(start + checksumAt, (byte) -sum);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
