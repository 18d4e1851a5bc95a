package dev.spore.plugin.module;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.VerifyException;

/** A module in either of its encodings, told apart by content. */
public final class ModuleFile {
  private ModuleFile() {}

  /**
   * Reads a binary module, or else a JSON one. The module is not verified.
   *
   * @throws DecodeException if it is neither
   * @throws VerifyException if it is of a binary form nothing here reads
   */
  public static PluginModule decode(byte[] bytes) {
    if (Cmod.matches(bytes)) {
      return Cmod.decode(bytes);
    }
    if (Cmod.matchesOld(bytes)) {
      throw new VerifyException(
          VerifyException.Kind.UNSUPPORTED_BYTECODE_VERSION,
          "CHVMOD1 modules are not supported by this runtime; reassemble as CHVMOD2");
    }
    return ModuleJson.decode(bytes);
  }
}
