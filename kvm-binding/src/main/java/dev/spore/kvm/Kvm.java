package dev.spore.kvm;

import dev.spore.kvm.KvmUnavailableException.Reason;
import dev.spore.kvm.VcpuLayout.Cpuid2;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** The KVM device (Linux Documentation/virt/kvm/api.rst §4, system ioctls). Thread-safe. */
public final class Kvm implements AutoCloseable {
  /** Where Linux puts the device. */
  public static final Path DEVICE = Path.of("/dev/kvm");

  private final Fd fd;

  private Kvm(Fd fd) {
    this.fd = fd;
  }

  /** Links access to C structures, else done by the first use: 3 ms, beside linking the calls. */
  public static void linkFields() {
    Field.link();
  }

  /** Opens {@link #DEVICE}, see {@link #open(Path)}. */
  public static Kvm open() {
    return open(DEVICE);
  }

  /**
   * Opens a KVM device and checks that it speaks version 12 of the interface.
   *
   * @throws KvmUnavailableException saying why it cannot be used and what to do
   */
  public static Kvm open(Path device) {
    String object = device.toString();
    long result = Host.tryOpen(device, Sys.O_RDWR);
    if (LibC.failed(result)) {
      int errno = (int) -result;
      throw new KvmUnavailableException(Reason.ofOpen(errno), "open", errno, object);
    }
    Fd fd = new Fd((int) result, object);
    long version = fd.tryIoctl("KVM_GET_API_VERSION", KvmIoctl.GET_API_VERSION, 0);
    if (version != KvmConst.API_VERSION) {
      fd.close();
      Reason reason = LibC.failed(version) ? Reason.NOT_KVM : Reason.WRONG_VERSION;
      int errno = LibC.failed(version) ? (int) -version : 0;
      throw new KvmUnavailableException(reason, "KVM_GET_API_VERSION", errno, object);
    }
    return new Kvm(fd);
  }

  /** Version of the interface, always 12. */
  public int apiVersion() {
    return (int) fd.ioctl("KVM_GET_API_VERSION", KvmIoctl.GET_API_VERSION, 0);
  }

  /**
   * KVM_CHECK_EXTENSION.
   *
   * @param capability a constant of {@link KvmCap}
   * @return 0 when absent, else 1 or what the capability defines
   */
  public int checkExtension(int capability) {
    return (int) fd.ioctl("KVM_CHECK_EXTENSION", KvmIoctl.CHECK_EXTENSION, capability);
  }

  /** Bytes of the page a vCPU shares with this process, see {@link RunPage}. */
  public int vcpuMmapSize() {
    return (int) fd.ioctl("KVM_GET_VCPU_MMAP_SIZE", KvmIoctl.GET_VCPU_MMAP_SIZE, 0);
  }

  /** A new VM without memory, vCPUs or devices. */
  public VmFd createVm() {
    long number = fd.ioctl("KVM_CREATE_VM", KvmIoctl.CREATE_VM, 0);
    return new VmFd((int) number, vcpuMmapSize());
  }

  /** KVM_GET_SUPPORTED_CPUID: what this host can offer a guest. */
  public List<CpuidEntry> supportedCpuid() {
    MemorySegment table = Scratch.zeroed(CpuidEntry.MAX_TABLE_BYTES);
    Field.put32(table, Cpuid2.NENT, CpuidEntry.MAX_ENTRIES);
    fd.ioctl("KVM_GET_SUPPORTED_CPUID", KvmIoctl.GET_SUPPORTED_CPUID, table);
    return CpuidEntry.readTable(table);
  }

  /** KVM_GET_MSR_INDEX_LIST: the MSRs that make up a guest's state on this host. */
  public int[] msrIndexList() {
    MemorySegment list = Scratch.zeroed(Scratch.LARGE_BYTES);
    int room = (Scratch.LARGE_BYTES - VmLayout.MsrList.SIZE) / Integer.BYTES;
    Field.put32(list, VmLayout.MsrList.NMSRS, room);
    fd.ioctl("KVM_GET_MSR_INDEX_LIST", KvmIoctl.GET_MSR_INDEX_LIST, list);
    return Field.ints(list, VmLayout.MsrList.SIZE, Field.i32(list, VmLayout.MsrList.NMSRS));
  }

  /** Closes the device; VMs made from it live on. Idempotent. */
  @Override
  public void close() {
    fd.close();
  }
}
