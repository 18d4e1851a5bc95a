package dev.spore.kvm;

import dev.spore.kvm.ChipLayout.Irqchip;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * One virtual machine (Linux Documentation/virt/kvm/api.rst §4, VM ioctls). Thread-safe.
 *
 * <p>Memory given to {@link #setUserMemoryRegion} stays mapped until this VM and every vCPU of it
 * are closed, in whatever order its owner closes things.
 */
public final class VmFd implements AutoCloseable {
  private static final int ENABLE_CAP_ARGS = 4;

  private final VmLifetime lifetime = new VmLifetime();
  private final Fd fd;
  private final int vcpuMmapSize;

  VmFd(int number, int vcpuMmapSize) {
    this.fd = new Fd(number, "vm", lifetime);
    this.vcpuMmapSize = vcpuMmapSize;
  }

  /** KVM_CHECK_EXTENSION for this VM; see {@link Kvm#checkExtension}. */
  public int checkExtension(int capability) {
    return (int) fd.ioctl("KVM_CHECK_EXTENSION", KvmIoctl.CHECK_EXTENSION, capability);
  }

  /**
   * KVM_ENABLE_CAP.
   *
   * @param capability a constant of {@link KvmCap}
   * @param args at most 4, as the capability defines
   */
  public void enableCap(int capability, long... args) {
    if (args.length > ENABLE_CAP_ARGS) {
      throw new IllegalArgumentException("KVM_ENABLE_CAP takes 4 arguments, not " + args.length);
    }
    MemorySegment request = Scratch.zeroed(VmLayout.EnableCap.SIZE);
    Field.put32(request, VmLayout.EnableCap.CAP, capability);
    for (int i = 0; i < args.length; i++) {
      Field.put64(request, VmLayout.EnableCap.ARGS + (long) Long.BYTES * i, args[i]);
    }
    fd.ioctl("KVM_ENABLE_CAP " + capability, KvmIoctl.ENABLE_CAP, request);
  }

  /** KVM_SET_TSS_ADDR: three pages below 4 GiB that are no guest RAM; before the first vCPU. */
  public void setTssAddr(long gpa) {
    fd.ioctl("KVM_SET_TSS_ADDR", KvmIoctl.SET_TSS_ADDR, gpa);
  }

  /** KVM_SET_IDENTITY_MAP_ADDR: one page below 4 GiB, no guest RAM; before the first vCPU. */
  public void setIdentityMapAddr(long gpa) {
    MemorySegment word = Scratch.zeroed(Long.BYTES);
    Field.put64(word, 0, gpa);
    fd.ioctl("KVM_SET_IDENTITY_MAP_ADDR", KvmIoctl.SET_IDENTITY_MAP_ADDR, word);
  }

  /** KVM_CREATE_IRQCHIP: two PICs, an IOAPIC, and a local APIC in each vCPU made later. */
  public void createIrqchip() {
    fd.ioctl("KVM_CREATE_IRQCHIP", KvmIoctl.CREATE_IRQCHIP, 0);
  }

  /** KVM_CREATE_PIT2: the 8254 timer, with port 0x61 answered as a bare speaker port. */
  public void createPit2() {
    MemorySegment config = Scratch.zeroed(ChipLayout.PitConfig.SIZE);
    Field.put32(config, ChipLayout.PitConfig.FLAGS, KvmConst.PIT_SPEAKER_DUMMY);
    fd.ioctl("KVM_CREATE_PIT2", KvmIoctl.CREATE_PIT2, config);
  }

  /**
   * KVM_SET_USER_MEMORY_REGION: maps part of {@code memory} into the guest.
   *
   * @param slot number of the slot; an existing one is replaced
   * @param flags {@link KvmConst#MEM_LOG_DIRTY_PAGES}, {@link KvmConst#MEM_READONLY} or 0
   * @param gpa guest physical address, page aligned
   * @param offset first byte of {@code memory}, page aligned
   * @param sizeBytes positive multiple of the page size
   */
  public void setUserMemoryRegion(
      int slot, int flags, long gpa, Mapping memory, long offset, long sizeBytes) {
    if (sizeBytes <= 0) {
      throw new IllegalArgumentException("memory slot " + slot + " of " + sizeBytes + " bytes");
    }
    memory.retain();
    boolean accepted = false;
    try {
      // One at a time, so that what is recorded for a slot is what KVM has there.
      synchronized (lifetime) {
        setRegion(slot, flags, gpa, memory.address(offset, sizeBytes), sizeBytes);
        accepted = true;
        lifetime.put(slot, new VmLifetime.Slot(memory, sizeBytes));
      }
    } finally {
      if (!accepted) {
        memory.release();
      }
    }
  }

  /** Takes a memory slot away from the guest. */
  public void removeUserMemoryRegion(int slot) {
    synchronized (lifetime) {
      setRegion(slot, 0, 0, 0, 0);
      lifetime.remove(slot);
    }
  }

  private void setRegion(int slot, int flags, long gpa, long address, long sizeBytes) {
    MemorySegment region = Scratch.zeroed(VmLayout.MemoryRegion.SIZE);
    Field.put32(region, VmLayout.MemoryRegion.SLOT, slot);
    Field.put32(region, VmLayout.MemoryRegion.FLAGS, flags);
    Field.put64(region, VmLayout.MemoryRegion.GUEST_PHYS_ADDR, gpa);
    Field.put64(region, VmLayout.MemoryRegion.MEMORY_SIZE, sizeBytes);
    Field.put64(region, VmLayout.MemoryRegion.USERSPACE_ADDR, address);
    fd.ioctl("KVM_SET_USER_MEMORY_REGION", KvmIoctl.SET_USER_MEMORY_REGION, region);
  }

  /**
   * KVM_GET_DIRTY_LOG: which pages of a slot were written since the last call.
   *
   * @param bitmap native memory of at least one bit a page, rounded up to 8 bytes; bit 0 of byte 0
   *     is the first page. It must not be freed meanwhile
   */
  public void getDirtyLog(int slot, MemorySegment bitmap) {
    MemorySegment request = Scratch.zeroed(VmLayout.DirtyLog.SIZE);
    Field.put32(request, VmLayout.DirtyLog.SLOT, slot);
    Field.put64(request, VmLayout.DirtyLog.DIRTY_BITMAP, bitmapAddress(slot, bitmap));
    fd.ioctl("KVM_GET_DIRTY_LOG", KvmIoctl.GET_DIRTY_LOG, request);
  }

  /**
   * KVM_CLEAR_DIRTY_LOG: forgets the pages set in {@code bitmap} and watches them again; needs
   * {@link KvmCap#MANUAL_DIRTY_LOG_PROTECT2} enabled.
   *
   * @param firstPage multiple of 64
   * @param pages multiple of 64, or up to the end of the slot
   * @param bitmap native, of the whole slot's size as for {@link #getDirtyLog}; its bit 0 is {@code
   *     firstPage}
   */
  public void clearDirtyLog(int slot, long firstPage, int pages, MemorySegment bitmap) {
    MemorySegment request = Scratch.zeroed(VmLayout.ClearDirtyLog.SIZE);
    Field.put32(request, VmLayout.ClearDirtyLog.SLOT, slot);
    Field.put32(request, VmLayout.ClearDirtyLog.NUM_PAGES, pages);
    Field.put64(request, VmLayout.ClearDirtyLog.FIRST_PAGE, firstPage);
    Field.put64(request, VmLayout.ClearDirtyLog.DIRTY_BITMAP, bitmapAddress(slot, bitmap));
    fd.ioctl("KVM_CLEAR_DIRTY_LOG", KvmIoctl.CLEAR_DIRTY_LOG, request);
  }

  /** The kernel writes the whole bitmap, so a short one would be memory corruption. */
  private long bitmapAddress(int slot, MemorySegment bitmap) {
    long needed = lifetime.dirtyBitmapBytes(slot);
    if (!bitmap.isNative() || !bitmap.scope().isAlive() || bitmap.byteSize() < needed) {
      throw new IllegalArgumentException(
          "dirty bitmap of slot " + slot + " needs " + needed + " bytes of native memory");
    }
    return bitmap.address();
  }

  /**
   * KVM_CREATE_VCPU.
   *
   * @param id APIC id, from 0
   */
  public VcpuFd createVcpu(int id) {
    int xsaveBytes = Math.max(checkExtension(KvmCap.XSAVE2), RegLayout.Xsave.SIZE);
    long number = fd.ioctl("KVM_CREATE_VCPU", KvmIoctl.CREATE_VCPU, id);
    lifetime.retain();
    return VcpuFd.of((int) number, id, vcpuMmapSize, xsaveBytes, lifetime);
  }

  /** KVM_IRQ_LINE: drives an input of the in-kernel controllers. */
  public void irqLine(int gsi, boolean level) {
    MemorySegment request = Scratch.zeroed(VmLayout.IrqLevel.SIZE);
    Field.put32(request, VmLayout.IrqLevel.IRQ, gsi);
    Field.put32(request, VmLayout.IrqLevel.LEVEL, level ? 1 : 0);
    fd.ioctl("KVM_IRQ_LINE", KvmIoctl.IRQ_LINE, request);
  }

  /**
   * KVM_IRQFD: each write to {@code event} pulses {@code gsi}, an edge.
   *
   * @param assign false to undo it
   */
  public void irqfd(EventFd event, int gsi, boolean assign) {
    Fd descriptor = event.descriptor();
    int number = descriptor.acquire("KVM_IRQFD");
    try {
      MemorySegment request = Scratch.zeroed(VmLayout.Irqfd.SIZE);
      Field.put32(request, VmLayout.Irqfd.FD, number);
      Field.put32(request, VmLayout.Irqfd.GSI, gsi);
      Field.put32(request, VmLayout.Irqfd.FLAGS, assign ? 0 : KvmFlag.IRQFD_FLAG_DEASSIGN);
      fd.ioctl("KVM_IRQFD", KvmIoctl.IRQFD, request);
    } finally {
      descriptor.release();
    }
  }

  /**
   * KVM_IOEVENTFD: a guest write there adds 1 to {@code event} instead of leaving KVM_RUN.
   *
   * @param address guest physical address, or port when {@code pio}
   * @param lengthBytes width of the write: 1, 2, 4, 8, or 0 for any
   * @param datamatch the only value that counts, or empty for all
   * @param assign false to undo it, with everything else as it was
   */
  public void ioeventfd(
      long address,
      int lengthBytes,
      OptionalLong datamatch,
      boolean pio,
      EventFd event,
      boolean assign) {
    int flags =
        (datamatch.isPresent() ? KvmFlag.IOEVENTFD_FLAG_DATAMATCH : 0)
            | (pio ? KvmFlag.IOEVENTFD_FLAG_PIO : 0)
            | (assign ? 0 : KvmFlag.IOEVENTFD_FLAG_DEASSIGN);
    Fd descriptor = event.descriptor();
    int number = descriptor.acquire("KVM_IOEVENTFD");
    try {
      MemorySegment request = Scratch.zeroed(VmLayout.Ioeventfd.SIZE);
      Field.put64(request, VmLayout.Ioeventfd.DATAMATCH, datamatch.orElse(0));
      Field.put64(request, VmLayout.Ioeventfd.ADDR, address);
      Field.put32(request, VmLayout.Ioeventfd.LEN, lengthBytes);
      Field.put32(request, VmLayout.Ioeventfd.FD, number);
      Field.put32(request, VmLayout.Ioeventfd.FLAGS, flags);
      fd.ioctl("KVM_IOEVENTFD", KvmIoctl.IOEVENTFD, request);
    } finally {
      descriptor.release();
    }
  }

  /**
   * KVM_GET_IRQCHIP of an 8259A.
   *
   * @param chip {@link KvmConst#IRQCHIP_PIC_MASTER} or {@link KvmConst#IRQCHIP_PIC_SLAVE}
   */
  public Pic getPic(int chip) {
    return Pic.read(getIrqchip(chip), Irqchip.CHIP);
  }

  /** KVM_SET_IRQCHIP of an 8259A, chosen as for {@link #getPic}. */
  public void setPic(int chip, Pic pic) {
    MemorySegment state = irqchip(chip);
    pic.write(state, Irqchip.CHIP);
    fd.ioctl("KVM_SET_IRQCHIP", KvmIoctl.SET_IRQCHIP, state);
  }

  /** KVM_GET_IRQCHIP of the I/O APIC. */
  public Ioapic getIoapic() {
    return Ioapic.read(getIrqchip(KvmConst.IRQCHIP_IOAPIC), Irqchip.CHIP);
  }

  /** KVM_SET_IRQCHIP of the I/O APIC. */
  public void setIoapic(Ioapic ioapic) {
    MemorySegment state = irqchip(KvmConst.IRQCHIP_IOAPIC);
    ioapic.write(state, Irqchip.CHIP);
    fd.ioctl("KVM_SET_IRQCHIP", KvmIoctl.SET_IRQCHIP, state);
  }

  private MemorySegment getIrqchip(int chip) {
    MemorySegment state = irqchip(chip);
    fd.ioctl("KVM_GET_IRQCHIP", KvmIoctl.GET_IRQCHIP, state);
    return state;
  }

  private static MemorySegment irqchip(int chip) {
    MemorySegment state = Scratch.zeroed(Irqchip.SIZE);
    Field.put32(state, Irqchip.CHIP_ID, chip);
    return state;
  }

  /** KVM_GET_PIT2. */
  public Pit getPit() {
    MemorySegment state = Scratch.zeroed(ChipLayout.PitState2.SIZE);
    fd.ioctl("KVM_GET_PIT2", KvmIoctl.GET_PIT2, state);
    return Pit.read(state);
  }

  /** KVM_SET_PIT2; channel 0 starts to count anew. */
  public void setPit(Pit pit) {
    fd.ioctl("KVM_SET_PIT2", KvmIoctl.SET_PIT2, pit.write());
  }

  /** KVM_GET_CLOCK. */
  public ClockData getClock() {
    MemorySegment data = Scratch.zeroed(VmLayout.Clock.SIZE);
    fd.ioctl("KVM_GET_CLOCK", KvmIoctl.GET_CLOCK, data);
    return ClockData.read(data);
  }

  /** KVM_SET_CLOCK; of the flags only {@link KvmConst#CLOCK_REALTIME} is allowed. */
  public void setClock(ClockData clock) {
    fd.ioctl("KVM_SET_CLOCK", KvmIoctl.SET_CLOCK, clock.write());
  }

  /** Closes the VM's descriptor; vCPUs live on until closed. Idempotent, any thread. */
  @Override
  public void close() {
    fd.close();
  }
}
