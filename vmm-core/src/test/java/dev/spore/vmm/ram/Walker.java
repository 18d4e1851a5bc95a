package dev.spore.vmm.ram;

import dev.spore.kvm.Errno;
import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.KvmExit;
import dev.spore.kvm.Regs;
import dev.spore.kvm.RunPage;
import dev.spore.kvm.Segment;
import dev.spore.kvm.Signals;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.VmFd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.concurrent.FutureTask;

/**
 * A vCPU without an operating system that walks over RAM below 1 GiB, in steps. Its program and
 * page tables are in the first chunk of the saved RAM.
 */
final class Walker implements AutoCloseable {
  /** What it runs as: where kernels are interpreted, KVM copies for one and maps for the other. */
  enum Level {
    KERNEL(0),
    USER(3);

    private final int cpl;

    Level(int cpl) {
      this.cpl = cpl;
    }
  }

  /** How a walk ended. */
  sealed interface End {
    /** It has been everywhere. */
    record Arrived(int sum) implements End {}

    /**
     * It left in the middle.
     *
     * @param at what it was about to touch
     * @param sum of what it had read before
     */
    record Left(long at, int sum) implements End {}
  }

  private static final long PML4 = 0x1000;
  private static final long PDPT = 0x2000;
  private static final long PD = 0x3000;
  private static final long READER = 0x8000;
  private static final long WRITER = 0x8100;
  private static final long EXIT = 0x3fe0_0000L;

  /** Present, writable, for users too, and accessed: the processor has nothing to write there. */
  private static final long TABLE = 0x27;

  /** Dirty and large. */
  private static final long LARGE_PAGE = TABLE | 0xc0;

  private static final long CR0_PE_ET_NE_WP_PG = 0x8001_0031L;
  private static final long CR4_PAE = 1 << 5;
  private static final long EFER_LME_LMA_NXE = 0xd00;

  private static final String STEP_AND_LEAVE =
      "4801d3" // add rbx, rdx
          + "ffc9" // dec ecx
          + "75f7" // jnz to the start
          + "893c250000e03f" // mov [EXIT], edi
          + "ebfe";

  private final Kvm kvm = Kvm.open();
  private final VmFd vm = kvm.createVm();
  private final VcpuFd vcpu;
  private volatile boolean stopped;
  private volatile int tid;

  Walker(GuestRam ram, Level level) {
    ram.plugInto(vm);
    vcpu = vm.createVcpu(0);
    vcpu.setCpuid2(kvm.supportedCpuid());
    int cpl = level.cpl;
    Segment code = segment(0x28 | cpl, 11, cpl, true, true);
    Segment data = segment(0x20 | cpl, 3, cpl, true, false);
    vcpu.setSregs(
        vcpu.getSregs().toBuilder()
            .cs(code)
            .ds(data)
            .es(data)
            .fs(data)
            .gs(data)
            .ss(data)
            .tr(segment(0x30, 11, 0, false, false))
            .cr0(CR0_PE_ET_NE_WP_PG)
            .cr3(PML4)
            .cr4(CR4_PAE)
            .efer(EFER_LME_LMA_NXE)
            .build());
  }

  private static Segment segment(int selector, int type, int dpl, boolean s, boolean code) {
    long limit = s ? 0xffff_ffffL : 0x67;
    return new Segment(0, limit, selector, type, true, dpl, s && !code, s, code, s, false, false);
  }

  /** Puts program and page tables into RAM that is going to be saved. */
  static void install(MemorySegment content) {
    put(content, PML4, PDPT | TABLE);
    put(content, PDPT, PD | TABLE);
    for (long i = 0; i < 512; i++) {
      put(content, PD + 8 * i, (i << 21) | LARGE_PAGE);
    }
    program(content, READER, "033b" + STEP_AND_LEAVE); // add edi, [rbx]
    program(content, WRITER, "ff03" + STEP_AND_LEAVE); // inc dword [rbx]
  }

  private static void put(MemorySegment content, long at, long value) {
    content.set(ValueLayout.JAVA_LONG, at, value);
  }

  private static void program(MemorySegment content, long at, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    MemorySegment.copy(bytes, 0, content, ValueLayout.JAVA_BYTE, at, bytes.length);
  }

  /** Adds up the 4 bytes at {@code start}, {@code start + step} and so on. */
  End read(long start, long step, int count) {
    return walk(READER, start, step, count);
  }

  /** Adds 1 to the 4 bytes at each. */
  End write(long start, long step, int count) {
    return walk(WRITER, start, step, count);
  }

  /** As {@link #read}, on a thread of its own. */
  FutureTask<End> readAside(long start, long step, int count) {
    FutureTask<End> walk = new FutureTask<>(() -> read(start, step, count));
    Thread.ofPlatform().daemon().name("walker").start(walk);
    return walk;
  }

  private End walk(long program, long start, long step, int count) {
    Signals.installKickHandler();
    tid = Signals.currentTid();
    vcpu.setRegs(new Regs(0, start, count, step, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, program, 2));
    while (!stopped) {
      try {
        int errno = vcpu.run();
        if (errno == Errno.EINTR || errno == Errno.EAGAIN) {
          continue;
        }
      } catch (KvmException refused) {
        break;
      }
      RunPage page = vcpu.runPage();
      if (page.exitReason() != KvmExit.MMIO || page.mmioAddress() != EXIT) {
        break;
      }
      return new End.Arrived((int) page.mmioValue());
    }
    Regs regs = vcpu.getRegs();
    return new End.Left(regs.rbx(), (int) regs.rdi());
  }

  /** Has the walk end where it is; any thread, does not wait. */
  void stop() {
    stopped = true;
    vcpu.kick(tid);
  }

  /** What a walk over {@code content} adds up to. */
  static int sum(MemorySegment content, long start, long step, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += content.get(ValueLayout.JAVA_INT, start + i * step);
    }
    return sum;
  }

  @Override
  public void close() {
    vcpu.close();
    vm.close();
    kvm.close();
  }
}
