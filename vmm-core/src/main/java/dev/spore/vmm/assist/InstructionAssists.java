package dev.spore.vmm.assist;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.GuestMemoryException;
import dev.spore.vmm.assist.XsaveAssist.Form;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The table of instruction assists of one machine. Thread-safe: state is in the {@link CpuState} of
 * the calling vCPU thread.
 */
public final class InstructionAssists {
  private static final int VECTOR_BP = 3;
  private static final int VECTOR_UD = 6;
  private static final int VECTOR_GP = 13;
  private static final long FLAG_ZERO = 1 << 6;
  private static final long FLAG_ALIGNMENT = 1 << 18;
  private static final long ARITHMETIC_FLAGS = 0x8d5;
  private static final int REP = 0xf3;

  private final GuestPaging paging;
  private final XsaveAssist xsave;
  private final boolean singleVcpu;
  private final Map<Assist, LongAdder> counters = new ConcurrentHashMap<>();

  /**
   * @param singleVcpu whether the machine has one vCPU only: a locked 16-byte exchange cannot be
   *     made atomic against a second one
   */
  public InstructionAssists(GuestMemory memory, XsaveLayout layout, boolean singleVcpu) {
    this.paging = new GuestPaging(memory);
    this.xsave = new XsaveAssist(layout, paging);
    this.singleVcpu = singleVcpu;
  }

  /**
   * Completes the instruction at RIP, or queues the exception it raises.
   *
   * @param code the instruction's bytes, at least up to its end
   * @return false when the instruction is not in the table: the machine must stop
   * @throws GuestMemoryException when an operand or page table lies outside RAM
   */
  public boolean complete(CpuState cpu, byte[] code, int length) {
    Optional<Instruction> decoded = InstructionDecoder.decode(code, length);
    if (decoded.isEmpty()) {
      return false;
    }
    Instruction instruction = decoded.get();
    Assist assist = classify(instruction);
    if (assist == null || cpu.cpl() != 0) {
      return false;
    }
    counters.computeIfAbsent(assist, a -> new LongAdder()).increment();
    try {
      run(assist, cpu, instruction);
    } catch (GuestPaging.PageFault fault) {
      cpu.injectPageFault(fault.linearAddress(), fault.errorCode());
    }
    return true;
  }

  /** Reads up to {@code target.length} code bytes at RIP; returns how many were readable. */
  public int fetch(CpuState cpu, byte[] target) {
    int got = 0;
    try {
      while (got < target.length) {
        long linear = cpu.rip() + got;
        int part = Math.min(target.length - got, GuestMemory.PAGE_BYTES - (int) (linear & 0xfff));
        byte[] piece = new byte[part];
        paging.read(cpu, linear, piece, part);
        System.arraycopy(piece, 0, target, got, part);
        got += part;
      }
    } catch (GuestPaging.PageFault | GuestMemoryException unreadable) {
      return got;
    }
    return got;
  }

  /** How often each assist ran; those that never did are absent. */
  public Map<Assist, Long> counts() {
    Map<Assist, Long> counts = new EnumMap<>(Assist.class);
    counters.forEach((assist, count) -> counts.put(assist, count.sum()));
    return counts;
  }

  private @Nullable Assist classify(Instruction in) {
    boolean inMemory = in.memory() != null;
    return switch (in.opcode()) {
      case 0xcc -> Assist.BREAKPOINT;
      case 0x9b -> Assist.FWAIT;
      case 0x0f01 ->
          switch (in.modrm()) {
            case 0xca, 0xcb -> Assist.ACCESS_CHECK;
            case 0xd0 -> Assist.XGETBV;
            case 0xd1 -> Assist.XSETBV;
            default -> null;
          };
      case 0x0fae ->
          switch (in.opcodeExtension()) {
            case 4, 6 -> inMemory && plain(in) ? Assist.XSAVE : null;
            case 5 -> inMemory && plain(in) ? Assist.XRSTOR : null;
            default -> null;
          };
      case 0x0fb8 -> in.repeat() == REP && !in.lock() ? Assist.POPCNT : null;
      case 0x0fc7 ->
          switch (in.opcodeExtension()) {
            case 1 -> inMemory && in.rexW() && singleVcpu ? Assist.CMPXCHG16B : null;
            case 3 -> inMemory && plain(in) ? Assist.XRSTOR : null;
            case 4, 5 -> inMemory && plain(in) ? Assist.XSAVE : null;
            default -> null;
          };
      default -> null;
    };
  }

  /** The same opcodes with 66, F2 or F3 are other instructions (CLWB, UMONITOR, RDSSP …). */
  private static boolean plain(Instruction in) {
    return !in.operandSize16() && in.repeat() == 0 && !in.lock();
  }

  private void run(Assist assist, CpuState cpu, Instruction in) throws GuestPaging.PageFault {
    switch (assist) {
      case BREAKPOINT -> {
        advance(cpu, in);
        cpu.inject(VECTOR_BP);
      }
      case FWAIT -> advance(cpu, in);
      case ACCESS_CHECK -> {
        boolean set = in.modrm() == 0xcb;
        cpu.setRflags(set ? cpu.rflags() | FLAG_ALIGNMENT : cpu.rflags() & ~FLAG_ALIGNMENT);
        advance(cpu, in);
      }
      case POPCNT -> popcnt(cpu, in);
      case XSAVE -> xsave.save(cpu, in, form(in));
      case XRSTOR -> xsave.restore(cpu, in);
      case XGETBV -> xgetbv(cpu, in);
      case XSETBV -> xsetbv(cpu, in);
      case CMPXCHG16B -> cmpxchg16b(cpu, in);
    }
  }

  private static Form form(Instruction in) {
    if (in.opcode() == 0x0fc7) {
      return Form.COMPACTED_FORM;
    }
    return in.opcodeExtension() == 6 ? Form.OPTIMISED : Form.STANDARD;
  }

  private static void advance(CpuState cpu, Instruction in) {
    cpu.setRip(cpu.rip() + in.lengthBytes());
  }

  private void popcnt(CpuState cpu, Instruction in) throws GuestPaging.PageFault {
    int width = in.rexW() ? 8 : in.operandSize16() ? 2 : 4;
    long value;
    if (in.memory() == null) {
      value = cpu.gpr(in.rm());
    } else {
      byte[] bytes = new byte[8];
      paging.read(cpu, in.linearAddress(cpu), bytes, width);
      value = littleEndian(bytes, 0);
    }
    if (width < 8) {
      value &= (1L << (8 * width)) - 1;
    }
    long count = Long.bitCount(value);
    // A 16-bit destination keeps the rest of the register; a 32-bit one clears it.
    cpu.setGpr(in.reg(), width == 2 ? (cpu.gpr(in.reg()) & ~0xffffL) | count : count);
    cpu.setRflags((cpu.rflags() & ~ARITHMETIC_FLAGS) | (value == 0 ? FLAG_ZERO : 0));
    advance(cpu, in);
  }

  private static void xgetbv(CpuState cpu, Instruction in) {
    long index = cpu.gpr(1) & 0xffff_ffffL;
    if (index > 1) {
      cpu.inject(VECTOR_GP, 0);
      return;
    }
    byte[] area = cpu.xsave();
    long value = index == 0 ? cpu.xcr0() : cpu.xcr0() & littleEndian(area, 512);
    cpu.setGpr(0, value & 0xffff_ffffL);
    cpu.setGpr(2, value >>> 32);
    advance(cpu, in);
  }

  private static void xsetbv(CpuState cpu, Instruction in) {
    long value = (cpu.gpr(2) & 0xffff_ffffL) << 32 | (cpu.gpr(0) & 0xffff_ffffL);
    if ((cpu.gpr(1) & 0xffff_ffffL) != 0 || !cpu.trySetXcr0(value)) {
      cpu.inject(VECTOR_GP, 0);
      return;
    }
    advance(cpu, in);
  }

  private void cmpxchg16b(CpuState cpu, Instruction in) throws GuestPaging.PageFault {
    long address = in.linearAddress(cpu);
    if (in.repeat() != 0) {
      cpu.inject(VECTOR_UD);
      return;
    }
    if (address % 16 != 0) {
      cpu.inject(VECTOR_GP, 0);
      return;
    }
    // The processor writes in either case, so a read-only page faults even when the compare fails.
    paging.probeWrite(cpu, address, 16);
    byte[] bytes = new byte[16];
    paging.read(cpu, address, bytes, 16);
    long low = littleEndian(bytes, 0);
    long high = littleEndian(bytes, 8);
    if (low == cpu.gpr(0) && high == cpu.gpr(2)) {
      putLittleEndian(bytes, 0, cpu.gpr(3));
      putLittleEndian(bytes, 8, cpu.gpr(1));
      paging.write(cpu, address, bytes, 0, 16);
      cpu.setRflags(cpu.rflags() | FLAG_ZERO);
    } else {
      cpu.setGpr(0, low);
      cpu.setGpr(2, high);
      cpu.setRflags(cpu.rflags() & ~FLAG_ZERO);
    }
    advance(cpu, in);
  }

  private static long littleEndian(byte[] bytes, int offset) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | (bytes[offset + i] & 0xff);
    }
    return value;
  }

  private static void putLittleEndian(byte[] bytes, int offset, long value) {
    for (int i = 0; i < 8; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
  }
}
