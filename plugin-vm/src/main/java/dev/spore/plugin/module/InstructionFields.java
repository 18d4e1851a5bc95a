package dev.spore.plugin.module;

import dev.spore.plugin.json.JsonReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one instruction of a JSON module: an object named by the opcode around its operands. */
final class InstructionFields {
  private final JsonReader json;
  private final @Nullable Long[] numbers = new @Nullable Long[3];
  private @Nullable String name;
  private @Nullable List<Long> list;

  InstructionFields(JsonReader json) {
    this.json = json;
  }

  Instruction read() {
    return json.tagged(this::instruction);
  }

  private Instruction instruction(String variant) {
    Opcode opcode = Opcode.ofJson(variant);
    if (opcode == null) {
      throw json.error("unknown variant `" + variant + "`");
    }
    json.object(field -> operand(opcode, field));
    return new Instruction(
        opcode,
        number(opcode, 0),
        number(opcode, 1),
        number(opcode, 2),
        opcode.hasName() ? json.require(name, opcode.operands().get(1)) : "",
        opcode.hasList() ? json.require(list, opcode.operands().getLast()) : List.of());
  }

  private boolean operand(Opcode opcode, String field) {
    int index = opcode.operands().indexOf(field);
    if (index < 0) {
      return false;
    }
    if (Opcode.isName(field)) {
      name = json.string();
    } else if (Opcode.isList(field)) {
      list = json.list(json::unsigned);
    } else {
      numbers[index] = json.unsigned();
    }
    return true;
  }

  private long number(Opcode opcode, int index) {
    return index < opcode.numbers()
        ? json.require(numbers[index], opcode.operands().get(index))
        : 0;
  }
}
