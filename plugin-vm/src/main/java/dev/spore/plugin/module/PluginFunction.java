package dev.spore.plugin.module;

import java.util.List;

/**
 * A function of a module.
 *
 * @param registers slots of a frame, unsigned
 * @param arity how many of them arguments fill, unsigned
 * @param sourceLines empty, or one for each instruction
 */
public record PluginFunction(
    String name, long registers, long arity, List<Instruction> code, SourceLines sourceLines) {
  public PluginFunction {
    code = List.copyOf(code);
  }
}
