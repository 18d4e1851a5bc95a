package dev.spore.vmm;

/**
 * What a machine tells its owner. Events arrive on machine threads; a listener must be quick and
 * must not call back into the machine.
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

  /** The machine ended; the last event. */
  record Exited(MachineExit exit) implements MachineEvent {}
}
