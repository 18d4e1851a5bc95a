package dev.spore.vmm;

import dev.spore.kvm.VmFd;
import dev.spore.vmm.capture.DirtyLog;
import dev.spore.vmm.ram.GuestRam;
import java.lang.foreign.MemorySegment;

/** KVM's dirty log of guest RAM: slot and region have the same number. */
record KvmDirtyLog(VmFd vm, GuestRam ram) implements DirtyLog {
  @Override
  public void start() {
    ram.logDirty(vm, true);
  }

  @Override
  public void stop() {
    ram.logDirty(vm, false);
  }

  @Override
  public void fetch(int region, MemorySegment bitmap) {
    vm.getDirtyLog(region, bitmap);
  }
}
