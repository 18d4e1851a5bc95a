package dev.spore.kvm;

/** Whether a vCPU runs, waits or has not been started ({@code KVM_MP_STATE_}, linux/kvm.h). */
public enum MpState {
  RUNNABLE(KvmConst.MP_STATE_RUNNABLE),
  /** An application processor before INIT. */
  UNINITIALIZED(KvmConst.MP_STATE_UNINITIALIZED),
  /** After INIT, before the start-up interrupt. */
  INIT_RECEIVED(KvmConst.MP_STATE_INIT_RECEIVED),
  HALTED(KvmConst.MP_STATE_HALTED),
  SIPI_RECEIVED(KvmConst.MP_STATE_SIPI_RECEIVED);

  private final int value;

  MpState(int value) {
    this.value = value;
  }

  int value() {
    return value;
  }

  static MpState of(int value) {
    for (MpState state : values()) {
      if (state.value == value) {
        return state;
      }
    }
    throw new IllegalStateException("KVM reports an unknown mp_state " + value);
  }
}
