package dev.spore.plugin.module;

import java.util.List;

/**
 * One instruction. Numbers are unsigned 64-bit, as text forms may hold them; nothing says that they
 * mean anything before the verifier has.
 *
 * @param a first number, 0 if the opcode has fewer
 * @param b second number
 * @param c third number
 * @param name of the function or capability, empty if the opcode has none
 * @param list registers of arguments or items, empty if the opcode has none
 */
public record Instruction(Opcode opcode, long a, long b, long c, String name, List<Long> list) {
  public Instruction {
    list = List.copyOf(list);
  }

  /** One of numbers alone; those beyond what the opcode has are 0. */
  public static Instruction of(Opcode opcode, long a, long b, long c) {
    return new Instruction(opcode, a, b, c, "", List.of());
  }

  /** A call, capability call or new array. */
  public static Instruction of(Opcode opcode, long dst, String name, List<Long> list) {
    return new Instruction(opcode, dst, 0, 0, name, list);
  }

  /** The number at an index of 0 to 2. */
  public long number(int index) {
    return switch (index) {
      case 0 -> a;
      case 1 -> b;
      default -> c;
    };
  }
}
