package dev.spore.micro;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmConst;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.KvmExit;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.Regs;
import dev.spore.kvm.RunPage;
import dev.spore.kvm.Signals;
import dev.spore.kvm.Sregs;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.VmFd;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A machine of ring 3 alone. Its guest starts at one address with a stack, computes, and leaves by
 * its doorbell, an exception or the end of its time; all else ends it as {@link MicroExit.Broken}.
 *
 * <p>One thread at a time uses it.
 */
public final class MicroMachine implements AutoCloseable {
  private static final int SLOT = 0;
  private static final long TSS_PAGES = 0xfffb_d000L;

  /** Offset of MXCSR in the XSAVE area, and its value after reset (Intel SDM volume 1 §13.4.1). */
  private static final int MXCSR = 24;

  private static final int MXCSR_RESET = 0x1f80;

  private final VmFd vm;
  private final VcpuFd vcpu;
  private final Mapping mapping;
  private final MicroMemory memory;
  private final Pristine pristine;
  private final Sregs sregs;
  private final byte[] floating;
  private @Nullable Future<?> deadline;
  private int runner;
  private volatile boolean expired;
  private boolean whole = true;

  private MicroMachine(VmFd vm, VcpuFd vcpu, Mapping mapping, MicroImage image) {
    this.vm = vm;
    this.vcpu = vcpu;
    this.mapping = mapping;
    this.memory = new MicroMemory(mapping.segment());
    this.pristine = new Pristine(vm, SLOT, memory, image);
    this.sregs = SystemPages.sregs(vcpu.getSregs());
    this.floating = new byte[vcpu.xsaveBytes()];
    floating[MXCSR] = (byte) MXCSR_RESET;
    floating[MXCSR + 1] = (byte) (MXCSR_RESET >> 8);
    vcpu.setSregs(sregs);
  }

  /**
   * A machine whose memory holds an image.
   *
   * @throws KvmException if the host refuses
   */
  public static MicroMachine create(Kvm kvm, MicroImage image) {
    Signals.installKickHandler();
    VmFd vm = kvm.createVm();
    @Nullable Mapping mapping = null;
    @Nullable VcpuFd vcpu = null;
    try {
      long bytes = image.space().sizeBytes();
      mapping = Mapping.anonymous(bytes);
      SystemPages.write(mapping.segment(), image.space());
      // Intel processors of some age want these pages somewhere, though nothing here uses them.
      vm.setTssAddr(TSS_PAGES);
      vm.setUserMemoryRegion(SLOT, KvmConst.MEM_LOG_DIRTY_PAGES, 0, mapping, 0, bytes);
      vcpu = vm.createVcpu(0);
      return new MicroMachine(vm, vcpu, mapping, image);
    } catch (RuntimeException e) {
      closeAll(vcpu, vm, mapping);
      throw e;
    }
  }

  private static void closeAll(@Nullable VcpuFd vcpu, VmFd vm, @Nullable Mapping mapping) {
    if (vcpu != null) {
      vcpu.close();
    }
    vm.close();
    if (mapping != null) {
      mapping.close();
    }
  }

  /** Its memory; not while it runs. */
  public MicroMemory memory() {
    return memory;
  }

  /** What its memory holds before each run. */
  public MicroImage image() {
    return pristine.image();
  }

  /** Exchanges the image for another one of the same address space; only when it is pristine. */
  void load(MicroImage image) {
    pristine.load(image);
  }

  /**
   * Puts the guest at its start. Ring 3, interrupts off, all registers zero but these.
   *
   * @param instruction where it starts
   * @param stack its stack pointer
   * @param first RDI
   * @param second RSI
   * @param time until it is stopped, doorbells and the time between them included; null: never
   */
  public void start(
      long instruction, long stack, long first, long second, @Nullable Duration time) {
    vcpu.setRegs(
        new Regs(
            0,
            0,
            0,
            0,
            second,
            first,
            stack,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            instruction,
            Regs.RFLAGS_RESET));
    synchronized (this) {
      runner = Signals.currentTid();
      whole = false;
      deadline = time == null ? null : Deadlines.after(time, this::expire);
    }
  }

  private synchronized void expire() {
    if (deadline != null) {
      expired = true;
      vcpu.kick(runner);
    }
  }

  /**
   * Runs the guest until it leaves.
   *
   * @return why; only after a {@link MicroExit.Doorbell}, or when {@linkplain #extend extended},
   *     may this be called again
   */
  public MicroExit run() {
    synchronized (this) {
      runner = Signals.currentTid();
    }
    try {
      while (vcpu.run() != 0) {
        if (expired) {
          return new MicroExit.Expired();
        }
      }
    } catch (KvmException e) {
      return new MicroExit.Broken("the host cannot run it: " + e.getMessage());
    }
    RunPage page = vcpu.runPage();
    return switch (page.exitReason()) {
      case KvmExit.MMIO -> doorbell(page);
      case KvmExit.IO -> fault(page);
      case KvmExit.SHUTDOWN -> new MicroExit.Broken("triple fault");
      case KvmExit.INTERNAL_ERROR ->
          new MicroExit.Broken(
              "KVM cannot emulate an instruction, internal error " + page.internalSuberror());
      default -> new MicroExit.Broken("unexpected exit " + page.exitReason());
    };
  }

  /**
   * Gives a guest whose time was over some more, to end in its own way; after {@link
   * MicroExit.Expired} only.
   */
  public synchronized void extend(Duration time) {
    expired = false;
    vcpu.runPage().setImmediateExit(false);
    deadline = Deadlines.after(time, this::expire);
  }

  private static MicroExit doorbell(RunPage page) {
    if (page.mmioIsWrite()
        && page.mmioAddress() == MicroLimits.DOORBELL
        && page.mmioSize() == Integer.BYTES) {
      return new MicroExit.Doorbell((int) page.mmioValue());
    }
    return new MicroExit.Broken(
        "access to 0x" + Long.toHexString(page.mmioAddress()) + ", where nothing is");
  }

  private MicroExit fault(RunPage page) {
    int vector = page.ioPort() - SystemPages.FAULT_PORT;
    if (!page.ioIsWrite() || vector < 0 || vector >= SystemPages.VECTORS) {
      return new MicroExit.Broken("access to port " + page.ioPort());
    }
    // From the top: SS, RSP, RFLAGS, CS, RIP.
    long instruction = memory.u64(SystemPages.STACK_TOP - 5L * Long.BYTES);
    return new MicroExit.Fault(vector, instruction, vcpu.getSregs().cr2());
  }

  /**
   * Ends a run that {@link #start} began; afterwards no deadline touches the machine.
   *
   * @param last why it left
   */
  public void finish(MicroExit last) {
    synchronized (this) {
      if (deadline != null) {
        deadline.cancel(false);
        deadline = null;
      }
      whole = last instanceof MicroExit.Doorbell && !expired && !vcpu.runPage().immediateExit();
    }
  }

  /**
   * Makes memory and processor what they were before the run.
   *
   * @return false if that is not possible or not worth it: then it can only be closed
   */
  boolean reset() {
    if (!whole || !pristine.restore()) {
      return false;
    }
    vcpu.setSregs(sregs);
    vcpu.setXsave(floating);
    return true;
  }

  /** Idempotent; not while it runs. */
  @Override
  public void close() {
    finish(new MicroExit.Expired());
    Arrays.fill(floating, (byte) 0);
    pristine.close();
    closeAll(vcpu, vm, mapping);
  }
}
