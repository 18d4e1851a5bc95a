package dev.spore.kvm;

/** The scheduling policies that share a processor by time. */
@CMacros(headers = "linux/sched.h", prefix = "SCHED_")
final class SchedPolicy {
  static final int NORMAL = 0;
  static final int BATCH = 3;

  private SchedPolicy() {}
}
