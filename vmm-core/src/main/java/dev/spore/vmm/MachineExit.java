package dev.spore.vmm;

/** Why a machine ended. */
public sealed interface MachineExit {
  /** The guest switched itself off. */
  record PowerOff() implements MachineExit {}

  /** The guest asked for a reset. */
  record Reset() implements MachineExit {}

  /** The guest's processor shut down: a fault while handling a double fault. */
  record TripleFault() implements MachineExit {}

  /**
   * The VMM had to stop the guest: an instruction nobody can complete, or a failed entry.
   *
   * @param message what happened, where, for a human
   */
  record Fault(String message) implements MachineExit {}

  /**
   * A piece of the memory it was restored from turned out to be missing or damaged; the guest has
   * seen nothing in its place.
   *
   * @param reason which file, and what to do
   */
  record MemoryLost(SporeException reason) implements MachineExit {}

  /** The owner closed the machine. */
  record Closed() implements MachineExit {}

  /** One sentence for a message. */
  default String describe() {
    return switch (this) {
      case PowerOff off -> "the guest switched itself off";
      case Reset reset -> "the guest reset itself (a kernel panic ends like this)";
      case TripleFault fault -> "the guest's processor shut down (triple fault)";
      case Fault fault -> fault.message();
      case MemoryLost lost -> String.valueOf(lost.reason().getMessage());
      case Closed closed -> "the machine was closed";
    };
  }
}
