package dev.spore.vmm;

/**
 * What a machine tells its owner: one event at a time, all on one thread of the machine, {@link
 * FirstRun} first and {@link Exited} last. What a listener throws is logged; one that is slow loses
 * console output, oldest first, and one that blocks delays {@link Machine#close} by twice {@link
 * VmmLimits#LISTENER_GRACE} at most.
 */
public sealed interface MachineEvent {
  /**
   * The first vCPU is about to execute its first instruction.
   *
   * @param nanoTime {@link System#nanoTime()} at that moment
   */
  record FirstRun(long nanoTime) implements MachineEvent {}

  /**
   * The guest wrote to its console.
   *
   * @param bytes what it wrote; the listener may keep the array
   */
  @SuppressWarnings("ArrayRecordComponent") // Events are handed on, never compared.
  record ConsoleOutput(byte[] bytes) implements MachineEvent {}

  /**
   * The agent answered.
   *
   * @param nanoTime {@link System#nanoTime()} at that moment
   */
  record AgentReady(long nanoTime) implements MachineEvent {}

  /**
   * The machine is closed; the last event. That it ended, before its owner closed it, is what
   * {@link Machine#exit} tells.
   */
  record Exited(MachineExit exit) implements MachineEvent {}
}
