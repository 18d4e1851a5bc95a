package dev.spore.plugin.module;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.value.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the binary form; little-endian throughout. */
final class CmodWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] module(PluginModule module) {
    out.writeBytes(Cmod.MAGIC);
    string(module.name());
    number(module.constants().size());
    module.constants().forEach(this::value);
    number(module.capabilities().size());
    module.capabilities().forEach(this::capability);
    number(module.functions().size());
    module.functions().forEach(this::function);
    number(module.exports().size());
    module
        .exports()
        .forEach((name, index) -> {
          string(name);
          number(index);
        });
    return out.toByteArray();
  }

  private void number(long number) {
    if (number < 0 || number > 0xffff_ffffL) {
      throw new DecodeException("value exceeds binary module u32 limit");
    }
    fixed(number, 4);
  }

  private void fixed(long number, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (number >>> (8 * i)));
    }
  }

  private void string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    out.writeBytes(bytes);
  }

  private void value(Value value) {
    out.write(value.type().tag());
    switch (value) {
      case Value.Nil _ -> {
        // The tag is all of it.
      }
      case Value.Bool(boolean bool) -> out.write(bool ? 1 : 0);
      case Value.I64(long number) -> fixed(number, 8);
      case Value.F64(double number) -> fixed(Double.doubleToRawLongBits(number), 8);
      case Value.Text text -> string(text.value());
      case Value.Array array -> {
        number(array.items().size());
        array.items().forEach(this::value);
      }
      case Value.FunctionName(String name) -> string(name);
      case Value.CapabilityName(String name) -> string(name);
    }
  }

  private void capability(Capability capability) {
    string(capability.id());
    number(capability.params().size());
    capability.params().forEach(type -> out.write(type.tag()));
    out.write(capability.returnType().tag());
    String reason = capability.reason();
    out.write(reason == null ? 0 : 1);
    if (reason != null) {
      string(reason);
    }
  }

  private void function(PluginFunction function) {
    string(function.name());
    number(function.registers());
    number(function.arity());
    number(function.code().size());
    function.code().forEach(this::instruction);
    SourceLines lines = function.sourceLines();
    number(lines.size());
    for (int pc = 0; pc < lines.size(); pc++) {
      long line = lines.at(pc);
      out.write(line == SourceLines.NONE ? 0 : 1);
      if (line != SourceLines.NONE) {
        number(line);
      }
    }
  }

  private void instruction(Instruction instruction) {
    Opcode opcode = instruction.opcode();
    out.write(opcode.tag());
    for (int i = 0; i < opcode.numbers(); i++) {
      number(instruction.number(i));
    }
    if (opcode.hasName()) {
      string(instruction.name());
    }
    if (opcode.hasList()) {
      List<Long> list = instruction.list();
      number(list.size());
      list.forEach(this::number);
    }
  }
}
