package dev.spore.plugin.debug;

import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.Values;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One activation of a function, with registers of its own. */
public final class Frame {
  private final long id;
  private final String function;
  private final @Nullable PluginFunction code;
  private final SortedMap<Long, Value> registers;

  /** Where it goes on, unsigned; meaningless once it has ended. */
  private long next;

  private boolean ended;
  private boolean calleeDone;

  Frame(long id, String function, @Nullable PluginFunction code) {
    this.id = id;
    this.function = function;
    this.code = code;
    this.registers = new TreeMap<>(Long::compareUnsigned);
  }

  private Frame(Frame other) {
    id = other.id;
    function = other.function;
    code = other.code;
    registers = new TreeMap<>(other.registers);
    next = other.next;
    ended = other.ended;
    calleeDone = other.calleeDone;
  }

  Frame copy() {
    return new Frame(this);
  }

  /** Counts frames in the order in which they opened, from 0; no two of a trace share one. */
  public long id() {
    return id;
  }

  public String function() {
    return function;
  }

  /** What its instructions and its arguments have set; the others are nil. */
  public SortedMap<Long, Value> registers() {
    return Collections.unmodifiableSortedMap(registers);
  }

  @Nullable PluginFunction code() {
    return code;
  }

  long next() {
    return next;
  }

  boolean ended() {
    return ended;
  }

  boolean calleeDone() {
    return calleeDone;
  }

  void calleeIsDone() {
    calleeDone = true;
  }

  void end() {
    ended = true;
  }

  /** Goes on at an instruction. */
  void goOn(long at) {
    next = at;
    calleeDone = false;
  }

  /** The value it had. */
  @Nullable Value set(long register, Value value) {
    return registers.put(register, value);
  }

  Value get(long register) {
    return registers.getOrDefault(register, Value.Nil.NIL);
  }

  boolean truthy(long register) {
    return Values.truthy(get(register));
  }
}
