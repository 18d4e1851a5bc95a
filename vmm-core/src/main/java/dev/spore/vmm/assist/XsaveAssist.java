package dev.spore.vmm.assist;

import dev.spore.vmm.assist.XsaveLayout.Component;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * XSAVE, XSAVEOPT, XSAVEC, XSAVES, XRSTOR and XRSTORS at CPL 0 (SDM volume 1 §13.7–13.12).
 *
 * <p>Supervisor components (IA32_XSS) are not offered to guests, so XSAVES is XSAVEC and XRSTORS is
 * XRSTOR of a compacted area here.
 */
final class XsaveAssist {
  private static final long X87 = 1;
  private static final long SSE = 1 << 1;
  private static final long COMPACTED = 1L << 63;
  private static final int MXCSR = 24;
  private static final int XMM = 160;
  private static final int XMM_BYTES = 256;
  private static final int XSTATE_BV = 512;
  private static final int XCOMP_BV = 520;
  private static final int RESERVED_HEADER = 528;
  private static final int MXCSR_INITIAL = 0x1f80;
  private static final int FCW_INITIAL = 0x37f;
  private static final int VECTOR_GP = 13;

  private final XsaveLayout layout;
  private final GuestPaging paging;

  XsaveAssist(XsaveLayout layout, GuestPaging paging) {
    this.layout = layout;
    this.paging = paging;
  }

  /** Which of the saving forms: they differ in format and in what they skip. */
  enum Form {
    STANDARD(false, false),
    OPTIMISED(false, true),
    COMPACTED_FORM(true, true);

    private final boolean compacts;
    private final boolean skipsInitial;

    Form(boolean compacts, boolean skipsInitial) {
      this.compacts = compacts;
      this.skipsInitial = skipsInitial;
    }
  }

  /** Saves to the operand; faults are queued and leave RIP where it is. */
  void save(CpuState cpu, Instruction instruction, Form form) throws GuestPaging.PageFault {
    long area = instruction.linearAddress(cpu);
    long requested = requestedFeatures(cpu);
    int size = form.compacts ? layout.compactedSize(requested) : layout.standardSize(requested);
    if (area % 64 != 0) {
      cpu.inject(VECTOR_GP, 0);
      return;
    }
    paging.probeWrite(cpu, area, size);
    byte[] target = new byte[size];
    paging.read(cpu, area, target, size);
    byte[] current = cpu.xsave();
    long inUse = u64(current, XSTATE_BV);
    long written = form.skipsInitial ? requested & inUse : requested;
    copyLegacyOut(current, target, requested, written);
    for (Component to : form.compacts ? layout.compacted(requested) : layout.components()) {
      if ((written >>> to.number() & 1) != 0) {
        Component from = standard(to.number());
        System.arraycopy(current, from.offset(), target, to.offset(), from.size());
      }
    }
    if (form.compacts) {
      putU64(target, XSTATE_BV, requested & inUse);
      putU64(target, XCOMP_BV, requested | COMPACTED);
    } else {
      long kept = u64(target, XSTATE_BV) & ~requested;
      putU64(target, XSTATE_BV, kept | (requested & inUse));
    }
    paging.write(cpu, area, target, 0, size);
    cpu.setRip(cpu.rip() + instruction.lengthBytes());
  }

  /** Restores from the operand; faults are queued and leave RIP where it is. */
  void restore(CpuState cpu, Instruction instruction) throws GuestPaging.PageFault {
    long area = instruction.linearAddress(cpu);
    long requested = requestedFeatures(cpu);
    if (area % 64 != 0) {
      cpu.inject(VECTOR_GP, 0);
      return;
    }
    byte[] header = new byte[XsaveLayout.HEADER_END];
    paging.read(cpu, area, header, header.length);
    long present = u64(header, XSTATE_BV);
    long compaction = u64(header, XCOMP_BV);
    boolean compacted = (compaction & COMPACTED) != 0;
    if (!headerIsValid(header, present, compaction, cpu.xcr0())) {
      cpu.inject(VECTOR_GP, 0);
      return;
    }
    int size =
        compacted
            ? layout.compactedSize(compaction & ~COMPACTED)
            : layout.standardSize(requested & present);
    byte[] source = new byte[size];
    paging.read(cpu, area, source, size);
    byte[] next = cpu.xsave();
    restoreLegacy(source, next, requested, present, compacted);
    for (Component from :
        compacted ? layout.compacted(compaction & ~COMPACTED) : layout.components()) {
      if ((requested & present & 1L << from.number()) != 0) {
        System.arraycopy(
            source, from.offset(), next, standard(from.number()).offset(), from.size());
      }
    }
    for (Component component : layout.components()) {
      if ((requested & ~present & 1L << component.number()) != 0) {
        int from = component.offset();
        Arrays.fill(next, from, Math.min(next.length, from + component.size()), (byte) 0);
      }
    }
    putU64(next, XSTATE_BV, (u64(next, XSTATE_BV) & ~requested) | (present & requested));
    if (cpu.trySetXsave(next)) {
      cpu.setRip(cpu.rip() + instruction.lengthBytes());
    } else {
      cpu.inject(VECTOR_GP, 0);
    }
  }

  /** RFBM: what EDX:EAX asks for, of what XCR0 enables. */
  private static long requestedFeatures(CpuState cpu) {
    return ((cpu.gpr(2) & 0xffff_ffffL) << 32 | (cpu.gpr(0) & 0xffff_ffffL)) & cpu.xcr0();
  }

  private static boolean headerIsValid(byte[] header, long present, long compaction, long enabled) {
    for (int i = RESERVED_HEADER; i < XsaveLayout.HEADER_END; i++) {
      if (header[i] != 0) {
        return false;
      }
    }
    if ((compaction & COMPACTED) != 0) {
      long listed = compaction & ~COMPACTED;
      return (listed & ~enabled) == 0 && (present & ~listed) == 0;
    }
    return compaction == 0 && (present & ~enabled) == 0;
  }

  private static void copyLegacyOut(byte[] current, byte[] target, long requested, long written) {
    if ((written & X87) != 0) {
      System.arraycopy(current, 0, target, 0, MXCSR);
      System.arraycopy(current, 32, target, 32, XMM - 32);
    }
    if ((requested & ~X87) != 0) {
      System.arraycopy(current, MXCSR, target, MXCSR, 8);
    }
    if ((written & SSE) != 0) {
      System.arraycopy(current, XMM, target, XMM, XMM_BYTES);
    }
  }

  private static void restoreLegacy(
      byte[] source, byte[] next, long requested, long present, boolean compacted) {
    if ((requested & X87) != 0) {
      if ((present & X87) != 0) {
        System.arraycopy(source, 0, next, 0, MXCSR);
        System.arraycopy(source, 32, next, 32, XMM - 32);
      } else {
        Arrays.fill(next, 0, MXCSR, (byte) 0);
        Arrays.fill(next, 32, XMM, (byte) 0);
        next[0] = (byte) FCW_INITIAL;
        next[1] = (byte) (FCW_INITIAL >>> 8);
      }
    }
    if ((requested & ~X87) != 0 && (!compacted || (present & SSE) != 0)) {
      System.arraycopy(source, MXCSR, next, MXCSR, 4);
    } else if ((requested & SSE) != 0) {
      ByteBuffer.wrap(next).order(ByteOrder.LITTLE_ENDIAN).putInt(MXCSR, MXCSR_INITIAL);
    }
    if ((requested & SSE) != 0) {
      if ((present & SSE) != 0) {
        System.arraycopy(source, XMM, next, XMM, XMM_BYTES);
      } else {
        Arrays.fill(next, XMM, XMM + XMM_BYTES, (byte) 0);
      }
    }
  }

  private Component standard(int number) {
    for (Component component : layout.components()) {
      if (component.number() == number) {
        return component;
      }
    }
    throw new IllegalStateException("no extended state component " + number);
  }

  private static long u64(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(offset);
  }

  private static void putU64(byte[] bytes, int offset, long value) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, value);
  }
}
