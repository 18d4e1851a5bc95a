package dev.spore.vmm.state;

import dev.spore.format.state.MsrInventory;
import dev.spore.format.state.MsrValue;
import dev.spore.kvm.Errno;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.Msr;
import dev.spore.kvm.VcpuFd;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The MSRs a spore keeps and this host's KVM has: those of the inventory that KVM lists as state of
 * a guest, and the memory types, which it keeps without listing them. Thread-safe.
 */
final class MsrRegisters {
  static final long TSC = 0x10;
  static final long TSC_DEADLINE = 0x6e0;

  /** MTRRs (Intel SDM volume 3 §12.11): 0x200 to 0x2ff, with PAT among them. */
  private static final int MTRR_FIRST = 0x200;

  private static final int MTRR_LAST = 0x2ff;

  private final Set<Integer> listed;
  private final int[] candidates;

  /** The candidates KVM can read, found at the first capture. */
  private volatile int @Nullable [] readable;

  MsrRegisters(int[] msrIndexList) {
    listed = Arrays.stream(msrIndexList).boxed().collect(Collectors.toUnmodifiableSet());
    candidates =
        Arrays.stream(MsrInventory.order())
            .mapToInt(index -> (int) index)
            .filter(index -> isState(index))
            .toArray();
  }

  private boolean isState(int index) {
    return listed.contains(index) || (index >= MTRR_FIRST && index <= MTRR_LAST);
  }

  List<MsrValue> capture(VcpuFd fd) {
    int[] indices = readable;
    if (indices == null) {
      indices = readable(fd);
      readable = indices;
    }
    return fd.getMsrs(indices).stream().map(MsrRegisters::value).toList();
  }

  /** All at once where KVM reads all, else asks for each. */
  private int[] readable(VcpuFd fd) {
    try {
      int all = fd.getMsrs(candidates).size();
      return Arrays.copyOf(candidates, all);
    } catch (KvmException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      return Arrays.stream(candidates).filter(i -> fd.tryGetMsr(i).isPresent()).toArray();
    }
  }

  private static MsrValue value(Msr msr) {
    return new MsrValue(Integer.toUnsignedLong(msr.index()), msr.value());
  }

  private static Msr msr(MsrValue value) {
    return new Msr((int) value.index(), value.value());
  }

  /**
   * Writes all but the deadline.
   *
   * @param field where {@code values} are in the spore
   */
  void restore(VcpuFd fd, String field, List<MsrValue> values) {
    List<Msr> rest = new ArrayList<>();
    for (MsrValue value : values) {
      if (value.index() != TSC_DEADLINE) {
        rest.add(msr(value));
      }
    }
    for (int done = fd.trySetMsrs(rest); done < rest.size(); done = fd.trySetMsrs(rest)) {
      refused(fd, field, rest.get(done));
      rest = rest.subList(done + 1, rest.size());
    }
  }

  /**
   * Arms the deadline, which KVM takes only once the timer's mode is restored. Where the counter
   * did not take its value, as it does not under the quirk raw-tsc, the deadline moves with it:
   * measured against a counter that is days ahead it would pass at once, and against one that began
   * anew after a reboot it would not come for days.
   */
  void restoreDeadline(VcpuFd fd, String field, List<MsrValue> values, int tscKhz) {
    OptionalLong deadline = find(values, TSC_DEADLINE);
    if (deadline.isEmpty()) {
      return;
    }
    long at = deadline.getAsLong();
    OptionalLong saved = find(values, TSC);
    if (at != 0 && saved.isPresent()) {
      long ahead = fd.getMsrs((int) TSC).getFirst().value() - saved.getAsLong();
      if (Math.abs(ahead) > Unstable.tscSlack(tscKhz)) {
        at += ahead;
      }
    }
    Msr msr = new Msr((int) TSC_DEADLINE, at);
    if (fd.trySetMsrs(List.of(msr)) == 0) {
      refused(fd, field, msr);
    }
  }

  static OptionalLong find(List<MsrValue> values, long index) {
    return values.stream().filter(v -> v.index() == index).mapToLong(MsrValue::value).findFirst();
  }

  /**
   * A register this KVM does not have is no loss while it holds nothing: zero is the reset value of
   * all those that not every KVM has. Otherwise the machine used something that is not here.
   */
  private void refused(VcpuFd fd, String field, Msr msr) {
    if (msr.value() == 0 && !isState(msr.index())) {
      return;
    }
    if (fd.tryGetMsr(msr.index()).isEmpty()) {
      throw Refusal.unsupported(
          field,
          "KVM of this host has no MSR 0x%x, which holds 0x%x".formatted(msr.index(), msr.value()));
    }
    throw new SporeException(
        ErrorCode.OBJECT_INVALID,
        "%s: MSR 0x%x cannot hold 0x%x; the spore was changed, use another copy"
            .formatted(field, msr.index(), msr.value()));
  }

  /** What the registers of {@code values} hold now; absent ones count as zero. */
  List<MsrValue> current(VcpuFd fd, List<MsrValue> values) {
    int[] indices = values.stream().mapToInt(v -> (int) v.index()).toArray();
    try {
      return fd.getMsrs(indices).stream().map(MsrRegisters::value).toList();
    } catch (KvmException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      return values.stream()
          .map(v -> new MsrValue(v.index(), fd.tryGetMsr((int) v.index()).orElse(0)))
          .toList();
    }
  }
}
