package dev.spore.plugin.trace;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;

/**
 * Who vouches for a trace: Ed25519 over the digest of its JSON form, so that a signature stays good
 * when a trace changes its form. Whether the trace is true is a matter of its replay.
 */
public final class TraceSignature {
  private static final String DOMAIN = "spore plugin trace 1\n";

  private TraceSignature() {}

  /**
   * {@code sha256:} and the digest of a trace as JSON in the layout every trace is written in.
   *
   * @throws dev.spore.plugin.DecodeException if it is none
   */
  public static String digest(TraceFile trace) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      TraceConversion.toJson(trace, sha256::update);
      return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Signs a trace: 64 bytes.
   *
   * @param key of Ed25519
   * @throws IllegalArgumentException if it is another key
   */
  public static byte[] sign(TraceFile trace, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(message(trace));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a key of Ed25519", e);
    }
  }

  /**
   * Whether a signature is of this trace and of this key.
   *
   * @throws IllegalArgumentException if the key is none of Ed25519
   */
  public static boolean verify(TraceFile trace, PublicKey key, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(message(trace));
      return isValid(verifier, signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a key of Ed25519", e);
    }
  }

  private static boolean isValid(Signature verifier, byte[] signature) {
    try {
      return verifier.verify(signature);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  private static byte[] message(TraceFile trace) {
    return (DOMAIN + digest(trace)).getBytes(StandardCharsets.UTF_8);
  }
}
