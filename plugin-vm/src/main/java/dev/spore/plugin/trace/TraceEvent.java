package dev.spore.plugin.trace;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.value.Value;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step as a trace tells it. Events of files may be any nonsense.
 *
 * @param pc unsigned
 * @param sourceLine unsigned, or {@link SourceLines#NONE}
 * @param opcode by its text
 * @param checksum as the file has it, unsigned
 */
public record TraceEvent(
    String function,
    long pc,
    long sourceLine,
    String opcode,
    List<RegisterChange> changes,
    @Nullable CapabilityCall capability,
    @Nullable String error,
    long checksum) {
  public TraceEvent {
    changes = List.copyOf(changes);
  }

  /** The event of a step; its checksum is 0. The parameters are those of a step sink. */
  public static TraceEvent of(
      PluginModule module,
      int function,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error) {
    PluginFunction running = module.functions().get(function);
    Instruction instruction = running.code().get(pc);
    return new TraceEvent(
        running.name(),
        pc,
        running.sourceLines().at(pc),
        instruction.opcode().text(),
        value == null ? List.of() : List.of(new RegisterChange(register, value)),
        call,
        error,
        0);
  }

  /** With another checksum. */
  public TraceEvent withChecksum(long other) {
    return new TraceEvent(function, pc, sourceLine, opcode, changes, capability, error, other);
  }

  /** With another value of its first change, which it has. */
  TraceEvent withValue(Value other) {
    return new TraceEvent(
        function,
        pc,
        sourceLine,
        opcode,
        List.of(new RegisterChange(changes.getFirst().register(), other)),
        capability,
        error,
        checksum);
  }

  /** Writes the event as one value, with the checksum it has. */
  public void write(JsonWriter json) {
    EventJson.write(json, this);
    json.unsigned(checksum).endObject();
  }

  /** Whether a file has the same text for both, checksums included. */
  public boolean sameText(TraceEvent other) {
    return checksum == other.checksum
        && pc == other.pc
        && sourceLine == other.sourceLine
        && function.equals(other.function)
        && opcode.equals(other.opcode)
        && Objects.equals(error, other.error)
        && sameChanges(other)
        && sameCall(capability, other.capability);
  }

  private boolean sameChanges(TraceEvent other) {
    if (changes.size() != other.changes.size()) {
      return false;
    }
    for (int i = 0; i < changes.size(); i++) {
      RegisterChange mine = changes.get(i);
      RegisterChange theirs = other.changes.get(i);
      if (mine.register() != theirs.register() || !SameText.values(mine.value(), theirs.value())) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameCall(@Nullable CapabilityCall left, @Nullable CapabilityCall right) {
    if (left == null || right == null) {
      return left == null && right == null;
    }
    return left.answer() == right.answer()
        && left.id().equals(right.id())
        && SameText.lists(left.args(), right.args())
        && SameText.values(left.result(), right.result());
  }
}
