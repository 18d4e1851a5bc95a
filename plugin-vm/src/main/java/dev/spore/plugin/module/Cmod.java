package dev.spore.plugin.module;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The binary form of a module, {@code .cmod}; one module has one form. */
public final class Cmod {
  static final byte[] MAGIC = "CHVMOD2\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OLD_MAGIC = "CHVMOD1\0".getBytes(StandardCharsets.US_ASCII);

  private Cmod() {}

  /** Whether bytes claim to be of this form. */
  public static boolean matches(byte[] bytes) {
    return startsWith(bytes, MAGIC);
  }

  /** Whether bytes claim to be of the form before this one, which nothing here reads. */
  public static boolean matchesOld(byte[] bytes) {
    return startsWith(bytes, OLD_MAGIC);
  }

  /**
   * Reads a whole file.
   *
   * @throws DecodeException if it is no module of this form
   */
  public static PluginModule decode(byte[] bytes) {
    if (bytes.length > PluginLimits.MODULE_BYTES_MAX) {
      throw new DecodeException(
          "module has " + bytes.length + " bytes, max is " + PluginLimits.MODULE_BYTES_MAX);
    }
    if (!matches(bytes)) {
      throw new DecodeException("not a binary module");
    }
    return new CmodReader(bytes).module();
  }

  /**
   * The bytes of a module.
   *
   * @throws DecodeException if a number of it does not fit 32 bits
   */
  public static byte[] encode(PluginModule module) {
    return new CmodWriter().module(module);
  }

  /** The name of a module whatever form it came in: {@code sha256:} and the digest of its bytes. */
  public static String digest(PluginModule module) {
    return digest(encode(module));
  }

  /** {@code sha256:} and the SHA-256 of some bytes in lower-case hexadecimal. */
  public static String digest(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static boolean startsWith(byte[] bytes, byte[] magic) {
    return bytes.length >= magic.length
        && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
  }
}
