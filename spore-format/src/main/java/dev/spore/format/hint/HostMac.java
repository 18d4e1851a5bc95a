package dev.spore.format.hint;

import dev.spore.format.check.Check;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 (RFC 2104) with a secret of one host: what nobody else can have written. */
public final class HostMac {
  /** Bytes of the host's key. */
  public static final int KEY_BYTES = 32;

  /** Bytes of a code. */
  public static final int BYTES = 32;

  private static final String NAME = "HmacSHA256";

  private HostMac() {}

  /**
   * The code of {@code message}.
   *
   * @param key {@link #KEY_BYTES} bytes that only this host has
   */
  public static byte[] of(byte[] message, byte[] key) {
    Check.range("key size", key.length, KEY_BYTES, KEY_BYTES);
    try {
      Mac mac = Mac.getInstance(NAME);
      mac.init(new SecretKeySpec(key, NAME));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      // Every Java platform has this algorithm, and any 32 bytes are a key of it.
      throw new IllegalStateException(NAME + " is missing from this Java platform", e);
    }
  }
}
